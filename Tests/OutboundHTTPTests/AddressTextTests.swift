import OutboundHTTP
import RelayCore
import TestSupport
import Testing

/// Addresses and networks against a second way of reading them: as strings of bits.
@Suite struct AddressTextTests {
    private func bits(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 2)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }.joined()
    }

    private func text(_ bytes: [UInt8]) -> String {
        if bytes.count == 4 { return bytes.map { "\($0)" }.joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2)
            .map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
    }

    @Test(arguments: [4, 16])
    func aNetworkHoldsTheAddressesThatBeginAsItDoes(byteCount: Int) throws {
        var generator = SeededGenerator(seed: 9)
        var held = 0
        for _ in 0..<3_000 {
            // Few different bytes, so that beginnings are often the same.
            let address = (0..<byteCount).map { _ in [0, 127, 128, 255].randomElement(using: &generator) ?? 0 as UInt8 }
            var base = generator.chance(0.7) ? address : generator.bytes(count: byteCount...byteCount)
            let length = Int.random(in: 0...8 * byteCount, using: &generator)
            for bit in length..<8 * byteCount { base[bit / 8] &= ~(0x80 >> UInt8(bit % 8)) }
            if generator.chance(0.5), length > 0 {
                let bit = Int.random(in: 0..<length, using: &generator)
                base[bit / 8] ^= 0x80 >> UInt8(bit % 8)
            }
            let network = try CIDR("\(text(base))/\(length)")
            let expected = bits(address).prefix(length) == bits(base).prefix(length)
            #expect(network.contains(try #require(IPAddress(text(address)))) == expected)
            #expect(try CIDR("\(network)") == network)
            if expected { held += 1 }
        }
        #expect(500..<2_500 ~= held)
    }

    @Test func bitsBeyondThePrefixAreRefused() throws {
        var generator = SeededGenerator(seed: 10)
        for _ in 0..<1_000 {
            let bytes = generator.bytes(count: 4...4)
            let length = Int.random(in: 0...32, using: &generator)
            let isClean = bits(bytes).dropFirst(length).allSatisfy { $0 == "0" }
            #expect(((try? CIDR("\(text(bytes))/\(length)")) != nil) == isClean)
        }
    }

    @Test func anAddressIsReadAsItWasPutTogether() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<2_000 {
            let isSecure = generator.chance(0.5)
            let host =
                generator.text(of: "abcXYZ019_", count: 1...10) + ".x" + generator.text(of: "abc-9", count: 0...3) + "y"
            let port = generator.chance(0.5) ? Int.random(in: 1...65_535, using: &generator) : nil
            let target = generator.chance(0.3) ? "" : "/" + generator.text(of: "ab/%2?&=:@[]", count: 0...12)
            let url = try HTTPURL(
                (isSecure ? "https" : "http") + "://" + host + (port.map { ":\($0)" } ?? "") + target)
            #expect(url.origin.scheme == (isSecure ? .https : .http))
            #expect(url.origin.host == .name(host.lowercased()))
            #expect(url.origin.port == port ?? (isSecure ? 443 : 80))
            #expect(url.target == (target.isEmpty ? "/" : target))
        }
    }
}
