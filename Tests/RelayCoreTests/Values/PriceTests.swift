import RelayCore
import Testing

@Suite struct PriceTests {
    @Test(arguments: [
        ("0", 0, "0.00"), ("12", 1200, "12.00"), ("1.5", 150, "1.50"), ("1.23", 123, "1.23"), ("0.07", 7, "0.07"),
        ("9999999999.99", 999_999_999_999, "9999999999.99"),
    ])
    func aPriceIsExact(text: String, cents: Int64, written: String) throws {
        let price = try Price(text: text)
        #expect(price == Price(cents: cents))
        #expect(price.description == written)
    }

    @Test(arguments: [
        ("", PriceTextError.malformed), (".", .malformed), ("1.", .malformed), (".5", .malformed), ("-1", .malformed),
        ("1.2.3", .malformed), ("1e2", .malformed), (" 1", .malformed), ("１", .malformed), ("1.234", .tooManyDecimals),
        ("10000000000", .tooLarge),
    ])
    func whatIsNoPriceSaysWhy(text: String, error: PriceTextError) {
        #expect(throws: error) { try Price(text: text) }
    }
}
