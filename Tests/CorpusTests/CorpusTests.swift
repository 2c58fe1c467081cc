import Foundation
import FuzzTargets
import TestSupport
import Testing

/// Everything that the fuzzer found to be of interest, tried again.
@Suite struct CorpusTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Corpus")

    @Test(arguments: FuzzTarget.all)
    func whatWasFoundHolds(target: FuzzTarget) throws {
        let found = try FileManager.default.contentsOfDirectory(
            at: Self.folder.appending(path: target.name), includingPropertiesForKeys: nil)
        #expect(!found.isEmpty, "\(target.name) has no corpus")
        for file in found {
            do {
                try target.check(Array(Data(contentsOf: file)))
            } catch {
                Issue.record("\(target.name)/\(file.lastPathComponent): \(error)")
            }
        }
    }

    @Test(arguments: FuzzTarget.all)
    func whatIsDamagedHolds(target: FuzzTarget) throws {
        var generator = SeededGenerator(seed: 20_261_125)
        let folder = Self.folder.appending(path: target.name)
        let found = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .sorted { $0.lastPathComponent < $1.lastPathComponent }.map { Array(try Data(contentsOf: $0)) }
        for _ in 0..<200 {
            var bytes = found.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let start = Int.random(in: 0...bytes.count, using: &generator)
                let end = min(start + Int.random(in: 0...8, using: &generator), bytes.count)
                let other = found.randomElement(using: &generator) ?? []
                let graft = other.prefix(Int.random(in: 0...16, using: &generator))
                bytes.replaceSubrange(
                    start..<end, with: generator.chance(0.5) ? Array(graft) : generator.bytes(count: 0...4))
            }
            do {
                try target.check(bytes)
            } catch {
                Issue.record("\(target.name) on \(bytes): \(error)")
            }
        }
    }

    @Test func everyFolderBelongsToATarget() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path(percentEncoded: false))
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
    }
}

extension FuzzTarget: CustomTestStringConvertible {
    package var testDescription: String { name }
}
