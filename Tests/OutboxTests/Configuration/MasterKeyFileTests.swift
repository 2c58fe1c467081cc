import Foundation
import Outbox
import TestSupport
import Testing

@Suite struct MasterKeyFileTests {
    @Test func aFileIsMadeOnceAndItsOwnerAloneMayReadIt() async throws {
        let path = try await scratchDirectory().appending(path: "master.key").path
        let made = try MasterKeys.loadOrCreate(at: path)
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let again = try MasterKeys.loadOrCreate(at: path)
        #expect(made.description == again.description)
        #expect(try String(contentsOfFile: path, encoding: .utf8) == text)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let folder = URL(filePath: path).deletingLastPathComponent().path
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["master.key"])
    }

    @Test func allWhoMakeItAtOnceGetTheSameKey() async throws {
        let path = try await scratchDirectory().appending(path: "master.key").path
        let seen = try await withThrowingTaskGroup { group in
            for _ in 0..<16 { group.addTask { try MasterKeys.loadOrCreate(at: path).description } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(seen.count == 1)
    }

    @Test(arguments: [0o640, 0o604, 0o644]) func aFileThatOthersMayReadIsRefused(mode: Int) async throws {
        let path = try await scratchDirectory().appending(path: "master.key").path
        _ = try MasterKeys.loadOrCreate(at: path)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        let error = #expect(throws: MasterKeyError.fileReadableByOthers(path: path, mode: UInt32(mode))) {
            try MasterKeys.loadOrCreate(at: path)
        }
        #expect(error?.description.hasSuffix("chmod 600 \(path)") == true)
    }

    @Test func aNewKeyComesFirstUntilTheOldOneIsTakenOut() async throws {
        let path = try await scratchDirectory().appending(path: "master.key").path
        func text() throws -> String {
            try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .newlines)
        }
        _ = try MasterKeys.loadOrCreate(at: path)
        let old = try text()
        let both = try MasterKeys.beginReplacement(at: path)
        let keys = try text().split(separator: ",").map(String.init)
        #expect(keys.count == 2 && keys[0] != old && keys[1] == old)
        // Somebody was interrupted here: no third key is made.
        #expect(try MasterKeys.beginReplacement(at: path).description == both.description)
        #expect(try text() == keys.joined(separator: ","))

        try MasterKeys.finishReplacement(at: path)
        #expect(try text() == keys[0])
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        let folder = URL(filePath: path).deletingLastPathComponent().path
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["master.key"])
    }

    @Test func aFolderThatIsNotThereSaysSo() {
        #expect(throws: MasterKeyError.self) { try MasterKeys.loadOrCreate(at: "/nonexistent/master.key") }
    }
}
