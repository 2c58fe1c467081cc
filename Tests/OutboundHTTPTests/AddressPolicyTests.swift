import NIOCore
import RelayCore
import Testing

@testable import OutboundHTTP

@Suite struct AddressPolicyTests {
    @Test(arguments: [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.255", "127.0.0.1",
        "127.255.255.254", "169.254.169.254", "169.254.0.1", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1",
        "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
        "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8",
        "::ffff:0:8.8.8.8", "::127.0.0.1", "::8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::8.8.8.8", "64:ff9b:1::1",
        "64:ff9b:1:ffff::1", "100::1", "2001::1", "2001:0:7f00:1::", "2001:db8::1", "2001:20::1", "2002:7f00:1::",
        "2002:808:808::1", "3fff::1", "4000::1", "5f00::1", "fc00::1", "fd12:3456::1", "fd00:ec2::254", "fe80::1",
        "febf::1", "100.100.100.200", "168.63.129.16", "2400:3200::5efe:808:808", "2400:3200:1::200:5efe:7f00:1",
        "fec0::1", "feff::1", "ff02::1", "ff0e::1",
    ])
    func reservedAddressesAreRefusedWithAReason(text: String) throws {
        let address = try #require(IPAddress(text))
        guard case .refused(let reason) = AddressPolicy().verdict(for: address) else {
            Issue.record("\(text) is allowed")
            return
        }
        #expect(reason.hasPrefix("is ") || reason.hasPrefix("means "))
        #expect(AddressPolicy().verdict(for: address.socketAddress(port: 80)) == .refused(reason: reason))
    }

    @Test(arguments: [
        "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
        "128.0.0.1", "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.1", "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0", "223.255.255.255", "2400:3200::1", "2606:4700:4700::1111", "2001:4860::8888",
        "2003::1", "168.63.129.17", "2400:3200::5eff:808:808", "2400:3200::100:5efe:808:808",
    ])
    func publicAddressesAreAllowed(text: String) throws {
        #expect(AddressPolicy().verdict(for: try #require(IPAddress(text))) == .allowed)
    }

    @Test func onlyTheListedNetworkIsOpened() throws {
        let policy = AddressPolicy(allowedNetworks: [try CIDR("10.1.0.0/16"), try CIDR("fd00::/8")])
        #expect(policy.verdict(for: try #require(IPAddress("10.1.255.255"))) == .allowed)
        #expect(policy.verdict(for: try #require(IPAddress("fd00::1"))) == .allowed)
        for text in [
            "10.2.0.0", "127.0.0.1", "::ffff:10.1.0.1", "64:ff9b::10.1.0.1", "2400:3200::5efe:10.1.0.1", "fc00::1",
        ] {
            #expect(policy.verdict(for: try #require(IPAddress(text))) != .allowed)
        }
    }

    @Test func aUnixSocketIsNoAddressToCall() throws {
        let address = try SocketAddress(unixDomainSocketPath: "/tmp/s")
        #expect(AddressPolicy().verdict(for: address) == .refused(reason: "is not an IP address"))
    }
}

@Suite struct CIDRTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.0.0.0/8"), ("127.0.0.1", "127.0.0.1/32"), ("0.0.0.0/0", "0.0.0.0/0"), ("::/0", "::/0"),
        ("FD00::/8", "fd00::/8"), ("::1", "::1/128"),
    ])
    func aNetworkIsReadAndWritten(text: String, description: String) throws {
        #expect(try CIDR(text).description == description)
    }

    @Test func networksAreAllowedByTheirTextsAndWhatIsNoneAllowsNothing() throws {
        var flaws: [String] = []
        let policy = AddressPolicy(networks: ["10.0.0.0/8", "10.0.0.1/8", "any", "::1"]) { network, _ in
            flaws.append(network)
        }
        #expect(flaws == ["10.0.0.1/8", "any"])
        #expect(policy.verdict(for: try #require(IPAddress("10.1.2.3"))) == .allowed)
        #expect(policy.verdict(for: try #require(IPAddress("::1"))) == .allowed)
        #expect(policy.verdict(for: try #require(IPAddress("127.0.0.1"))) != .allowed)
    }

    @Test func aNetworkContainsItsOwnFamilyOnly() throws {
        let all = try CIDR("0.0.0.0/0")
        #expect(all.contains(try #require(IPAddress("255.255.255.255"))))
        #expect(!all.contains(try #require(IPAddress("::1"))))
        let half = try CIDR("128.0.0.0/1")
        #expect(half.contains(try #require(IPAddress("128.0.0.0"))))
        #expect(!half.contains(try #require(IPAddress("127.255.255.255"))))
        let one = try CIDR("2001:db8::1/128")
        #expect(one.contains(try #require(IPAddress("2001:db8::1"))))
        #expect(!one.contains(try #require(IPAddress("2001:db8::2"))))
    }

    @Test(arguments: [
        "", "/8", "10/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "::/129", "x/8",
        "fe80::1%eth0/64", "10.0.0.1/8", "::1/64",
    ])
    func whatIsNoNetworkIsRefused(text: String) {
        #expect(throws: CIDRError.self) { try CIDR(text) }
    }

    @Test func bitsBeyondThePrefixNameTheNetworkThatWasMeant() {
        let error = #expect(throws: CIDRError.self) { try CIDR("10.1.2.3/8") }
        #expect(error?.description == "10.1.2.3/8 has bits set beyond its prefix; the network is 10.0.0.0/8")
    }
}
