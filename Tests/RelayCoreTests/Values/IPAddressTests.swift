import RelayCore
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::", "::"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
        ("fe80::1:2:3:4", "fe80::1:2:3:4"),
    ])
    func anAddressIsReadAndWrittenInItsShortestForm(text: String, expected: String) throws {
        #expect(try #require(IPAddress(text)).description == expected)
    }

    @Test(arguments: [
        "", " ", "192.0.2", "192.0.2.256", "192.0.2.01", "192.0.2.1 ", "0x7f.0.0.1", "2130706433", "192.0.2.1/32",
        "[::1]",
        "::1%lo", "::1\u{0}", "1::2::3", "12345::", "localhost",
    ])
    func anythingElseIsNone(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func anIPv4AddressThatAnIPv6SocketShowsIsTheIPv4Address() throws {
        #expect(try #require(IPAddress("::ffff:192.0.2.1")).unmapped == IPAddress("192.0.2.1"))
        for text in ["192.0.2.1", "::192.0.2.1", "64:ff9b::192.0.2.1", "::fffe:192.0.2.1", "1::ffff:192.0.2.1"] {
            let address = try #require(IPAddress(text))
            #expect(address.unmapped == address)
        }
    }

    @Test func aBlockIsAnIPv4AddressOrASixtyFourOfIPv6() throws {
        #expect(try #require(IPAddress("192.0.2.1")).block == IPAddress("192.0.2.1"))
        #expect(try #require(IPAddress("2001:db8:1:2:3:4:5:6")).block == IPAddress("2001:db8:1:2::"))
    }
}
