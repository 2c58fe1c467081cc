import RelayCore
import Testing

struct CallQuotaTests {
    @Test(arguments: [
        (0, 2_000), (999, 2_000), (1_000, 3_000), (1_999, 3_000), (2_000, 6_000), (4_999, 6_000), (5_000, 15_000),
        (9_999, 15_000), (10_000, nil), (1_000_000, nil),
    ])
    func theMonthsOrdersDecideTheCallsOfADay(orders: Int, calls: Int?) {
        #expect(CallQuota.callsPerDay(monthlyOrders: orders) == calls)
    }
}
