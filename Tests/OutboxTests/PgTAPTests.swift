import Foundation
import TestSupport
import Testing

/// Runs each file of `sql/tests` against a migrated database of its own.
@Suite struct PgTAPTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../sql/tests").standardizedFileURL

    static let files: [String] = {
        // No folder, no files: the first test below says so.
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "sql" }.map(\.lastPathComponent).sorted()
    }()

    @Test func thereAreTestsOfTheSQL() {
        #expect(!Self.files.isEmpty)
    }

    @Test(arguments: files) func theSQLTestPasses(_ file: String) async throws {
        let output = try await TestOutbox.withEmpty { url, psql in
            try await psql(#"\i '\#(Self.folder.appending(path: file).path)'"#, on: url)
        }
        let report = TAPReport(output)
        #expect(report.problems.isEmpty, "\(file): \(report.problems.joined(separator: "; "))\n\(output)")
    }
}

/// A Test Anything Protocol report, read strictly: a plan, exactly so many tests in order, all passed, nothing else.
private struct TAPReport {
    private(set) var problems: [String] = []

    init(_ output: String) {
        var planned: Int?
        var count = 0
        for line in output.split(separator: "\n") {
            if let plan = line.wholeMatch(of: /1\.\.(\d+)/) {
                if planned != nil { problems.append("a second plan") }
                planned = Int(plan.1)
            } else if let test = line.wholeMatch(of: /(not )?ok (\d+)( - .*)?/) {
                count += 1
                if test.1 != nil { problems.append("test \(test.2) failed") }
                if Int(test.2) != count { problems.append("test \(test.2) came as number \(count)") }
            } else if !line.hasPrefix("#") {
                problems.append("unexpected output: \(line)")
            }
        }
        if planned != count { problems.append("\(planned.map(String.init) ?? "no") tests planned, \(count) run") }
    }
}
