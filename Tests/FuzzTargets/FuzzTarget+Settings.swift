import OutboundHTTP
import Platforms
import RelayCore
import RelayFile
import StandardWebhooks

extension FuzzTarget {
    /// An address or a network is the same again once it is written.
    static let address = FuzzTarget("address") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if let url = try? HTTPURL(text) {
            try require(try HTTPURL("\(url.origin)\(url.target)") == url, "\(url) is another address")
            try require(url.target.utf8.first == UInt8(ascii: "/"), "a target that is no path")
            if case .address(let address) = url.origin.host {
                _ = AddressPolicy().verdict(for: address)
                try require(IPAddress("\(address)") == address, "\(address) is another address")
            }
        }
        if let network = try? CIDR(text) {
            try require(try CIDR("\(network)") == network, "\(network) is another network")
            try require(network.contains(network.base), "\(network) is not in itself")
        }
    }

    /// What cannot be read has a reason and a line of the file, and shows nothing of the environment.
    static let relayFile = FuzzTarget("relay-file") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let rules = RelayFileRules(
            platforms: ["renrenxiu": ["order_no"], "meituan-alliance": ["orderid"], "youzan": ["id"]],
            checkURL: { _ = try HTTPURL($0) },
            checkStandardSecret: { _ = try StandardWebhooksSecret(parsing: $0) },
            checkCertificates: { try TLSTrust.check(certificates: $0) },
            checkPrivateKey: { try TLSTrust.check(privateKey: $0) },
            checkIdentity: { try TLSTrust.check($0) })
        do throws(RelayFileProblems) {
            _ = try RelayFile.read(text: text, rules: rules) { $0 == "HIDDEN" ? "vAlUe-of-it" : nil }
        } catch {
            let lines = text.unicodeScalars.count { $0.properties.isPatternWhitespace && $0 != " " && $0 != "\t" } + 1
            try require(!error.problems.isEmpty, "refused without a reason")
            for problem in error.problems {
                try require(1...lines ~= problem.line, "line \(problem.line) of \(lines)")
                try require(!problem.message.isEmpty, "a problem without words")
            }
            try require(!"\(error)".contains("vAlUe-of-it"), "a value of the environment is shown")
        }
    }

    /// What `relay.yaml` writes as one word: durations, rates, prices, patterns.
    static let settingsText = FuzzTarget("settings-text") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        if let duration = try? Duration(text: text) {
            try require(try Duration(text: duration.text) == duration, "\(text) is written \(duration.text)")
        }
        if let rate = try? Rate(text: text) {
            try require(try Rate(text: rate.text) == rate, "\(text) is written \(rate.text)")
        }
        let rounded = try? Price(rounding: text)
        if let price = try? Price(text: text) {
            try require(try Price(text: "\(price)") == price && rounded == price, "\(text) is written \(price)")
        }
        if let rounded { try require(rounded.cents >= 0, "a price of \(rounded)") }
        if let pattern = try? ShellPattern(text) {
            let isLiteral = !text.unicodeScalars.contains { "*?[\\".unicodeScalars.contains($0) }
            try require(!isLiteral || pattern.matches(text) && !pattern.matches(text + "x"), "a text is a pattern")
            _ = pattern.matches("zp_001")
        }
    }

    /// What a secret signs it verifies, and nothing else.
    static let webhookSecret = FuzzTarget("webhook-secret") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        guard let secret = try? StandardWebhooksSecret(parsing: Secret(text)) else { return }
        let time = now / 1_000
        let signature = StandardWebhooksSignature.text(id: "n1", unixSeconds: time, body: bytes, secret: secret)
        func verdict(_ id: String, _ body: [UInt8]) -> StandardWebhooksSignature.Verdict {
            StandardWebhooksSignature.verify(
                signature, id: id, timestamp: "\(time)", body: body, secret: secret, nowUnixSeconds: time)
        }
        try require(verdict("n1", bytes) == .right, "its own signature is wrong")
        try require(verdict("n2", bytes) == .wrongSignature, "another call's signature is right")
        try require(verdict("n1", bytes + [0]) == .wrongSignature, "another body's signature is right")
        try require(!"\(secret)".contains(text), "a secret shows itself")
    }
}
