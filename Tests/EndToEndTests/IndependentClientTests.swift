import Foundation
import RelayCore
import Subprocess
import SystemPackage
import TestSupport
import Testing

@Suite(.fewAtOnce, .timeLimit(.minutes(15))) struct IndependentClientTests {
    @Test func aMerchantAndAPlatformInPythonGetAlongWithTheRelay() async throws {
        let python = try await PythonEnvironment.interpreter()
        let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "Python/merchant_and_platform.py").path
        try await RelayFixture.with { fixture in
            let ended = try await run(
                .path(FilePath(python)),
                arguments: [script, RelayFile.appKey, RelayFile.appSecret, RelayFile.endpointSecret],
                input: .inputWriter, output: .sequence, error: .string(limit: 1 << 20)
            ) { execution in
                var output = execution.standardOutput.strings().makeAsyncIterator()
                let port = try await output.next()?.trimmingCharacters(in: .whitespacesAndNewlines)
                var file = RelayFile()
                file.endpoints[0].url = "http://127.0.0.1:\(try #require(port))/from-the-relay"
                try await fixture.apply(file).requireSuccess()
                try await eventually("the relay has the merchant's address") {
                    try !fixture.relays[0].logLines(with: "the configuration has changed").isEmpty
                }
                let platform = try fixture.platform
                for orderNo in ["py-1", "py-2"] {
                    let input = "http://127.0.0.1:\(platform.port)\(platform.path) \(orderNo)\n"
                    _ = try await execution.standardInputWriter.write(input)
                    let report = try JSON(parsing: try #require(try await output.next()))
                    #expect(report["answer"]?["result"] == 0)
                    #expect(report["answer"]?["msg"] == "issued by Python")
                    let verified = report["verified"]
                    #expect(verified?["order_no"] == .string(orderNo))
                    #expect(verified?["nickname"] == "小明 & friends = 100% 🎉")
                    #expect(verified?["contacts"]?.arrayValue?.first?["id"] == 3)
                }
                try await execution.standardInputWriter.finish()
            }
            #expect(ended.terminationStatus.isSuccess, "\(ended.standardError)")
        }
    }
}
