import RelayCore
import Testing

@Suite struct PriceRoundingTests {
    @Test(arguments: [
        ("1.23", 123), ("12", 1_200), ("1.5", 150), ("0", 0), ("0.00", 0), ("007.10", 710),
        ("1.2300000000000002", 123), ("1.2299999999999999", 123), ("19.99", 1_999), ("1.005", 101), ("1.0049999", 100),
        ("0.005", 1), ("0.004999", 0), ("0.0005", 0), ("0.995", 100), ("9.999", 1_000), ("999.995", 100_000),
        ("1e2", 10_000), ("1.5E+1", 1_500), ("1234e-2", 1_234), ("12345e-3", 1_235), ("5e-3", 1), ("4e-3", 0),
        ("1e-999999", 0), ("0e999999", 0), ("0.000000001e9", 100), ("9999999999.99", 999_999_999_999),
        ("9999999999.994", 999_999_999_999),
    ])
    func aNumberIsRoundedHalfUpAtTwoDecimals(text: String, cents: Int64) throws {
        #expect(try Price(rounding: text).cents == cents)
    }

    @Test(arguments: [
        "", "-1", "-0", "+1", ".5", "1.", "1.2.3", "1,5", "1e", "e5", "1e+", "1e1.5", "1e1000000", "NaN", "1 ", "0x10",
        "壹",
        "1e-9999999",
    ])
    func whatIsNoPriceIsRefused(text: String) {
        #expect(throws: PriceTextError.malformed) { try Price(rounding: text) }
    }

    @Test(arguments: ["10000000000", "9999999999.995", "1e10", "1e999999", "123456789012345678901234567890"])
    func moreThanTenDigitsIsTooLarge(text: String) {
        #expect(throws: PriceTextError.tooLarge) { try Price(rounding: text) }
    }
}
