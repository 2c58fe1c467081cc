import Foundation
import Subprocess
import SystemPackage

/// Looks for secrets in files, in every spelling in which one gets out by mistake.
struct SecretSearch: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// The secrets' names by their spellings.
    private let names: [String: String]

    /// - Parameter secrets: by their names, for whoever reads the findings.
    init(_ secrets: [String: [UInt8]]) {
        var names: [String: String] = [:]
        for (name, secret) in secrets {
            for spelling in Self.spellings(of: secret) { names[spelling] = name }
        }
        self.names = names
    }

    /// Everything in a folder: `relay.log: the app's secret`.
    func findings(in folder: URL) async throws -> Set<String> {
        let list = folder.deletingLastPathComponent().appending(path: "spellings-\(UUID().uuidString)")
        try Data(names.keys.joined(separator: "\n").utf8).write(to: list)
        let ended = try await run(
            .path("/usr/bin/env"),
            arguments: ["grep", "-aroF", "-f", "\(list.path)", "."], workingDirectory: FilePath(folder.path),
            output: .string(limit: 64 << 20), error: .string(limit: 1 << 16))
        try FileManager.default.removeItem(at: list)
        // 1: nothing was found.
        guard ended.terminationStatus == .exited(0) || ended.terminationStatus == .exited(1) else {
            throw Failure(description: ended.standardError)
        }
        return Set(
            ended.standardOutput.split(separator: "\n").compactMap { line in
                guard let colon = line.firstIndex(of: ":") else { return nil }
                let spelling = String(line[line.index(after: colon)...])
                return "\(line[..<colon].dropFirst(2)): \(names[spelling] ?? spelling)"
            })
    }

    /// As it is, in JSON, percent-encoded, hexadecimal, and in base64, also where it is part of something longer.
    static func spellings(of secret: [UInt8]) -> [String] {
        let hex = secret.map { String(format: "%02x", $0) }.joined()
        var spellings = [hex, hex.uppercased()]
        for before in 0...2 {
            let text = Data(Array(repeating: 0, count: before) + secret).base64EncodedString()
            // Characters that hold bits of what stands around it are none of its own.
            let own = String(text.prefix((before + secret.count) * 8 / 6).dropFirst([0, 2, 3][before]))
            spellings.append(own)
            spellings.append(own.replacing("+", with: "-").replacing("/", with: "_"))
        }
        if let text = String(validating: secret, as: UTF8.self), !text.contains("\n") {
            let escaped = PlatformCaller.escaped(text)
            spellings += [
                text, text.replacing("/", with: #"\/"#), escaped,
                escaped.replacing(/%[0-9A-F]{2}/, with: { $0.output.lowercased() }),
            ]
        }
        return spellings
    }
}
