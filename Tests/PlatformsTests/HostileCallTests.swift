import Platforms
import RelayCore
import TestSupport
import Testing

/// Calls that nobody signed, made to be slow: refusing one takes time in proportion to its size.
@Suite struct HostileCallTests {
    private static let marks = "\u{315}\u{300}"

    private static func json(_ name: String, times: Int) -> [UInt8] {
        Array(#"{"m\#(String(repeating: name, count: times))":1,"msg":"x","sign":"00"}"#.utf8)
    }

    private static let bodies: [(String, @Sendable (Int) -> [UInt8])] = [
        (
            "combining marks that Swift would sort",
            { size in
                json(
                    String(repeating: "\u{315}", count: size / 4) + String(repeating: "\u{300}", count: size / 4),
                    times: 1)
            }
        ),
        ("pairs of combining marks", { json(marks, times: $0 / 4) }),
        ("letters", { json("a", times: $0) }),
        ("escapes of a form", { Array("a=".utf8) + Array(String(repeating: "%e5%b0%8f", count: $0 / 9).utf8) }),
        ("separators", { Array(String(repeating: "&", count: $0).utf8) }),
        ("equals signs", { Array(String(repeating: "=", count: $0).utf8) }),
        (
            "names alike to their ends",
            { size in
                (0..<200).flatMap { Array("\(String(repeating: "n", count: size / 200))\($0 + 100)=1&".utf8) }
            }
        ),
        ("broken escapes", { Array(String(repeating: "%4", count: $0 / 2).utf8) }),
    ]

    @Test(arguments: bodies.indices, ConformanceSubject.all)
    func refusingTakesTimeInProportion(index: Int, subject: ConformanceSubject) {
        let (name, body) = Self.bodies[index]
        let callback = subject.platform.callbacks[0]
        let growth = growth(from: 8_000, of: { body($0) }) { body in
            let call = InboundCall(
                callback: callback, method: "POST", contentType: subject.contentType, body: body,
                receivedAtMilliseconds: ConformanceSubject.now)
            guard case .refused = subject.platform.receive(call, for: subject.app) else {
                Issue.record("\(name) is taken")
                return
            }
            _ = ParameterNames.names(in: call)
        }
        #expect(growth < 9, "\(name): four times as much takes \(growth) times as long")
    }

    @Test(arguments: [#"{"name":"n","value":1},"#, #"{"name":"n","value":[]},"#, "[],"])
    func writingAMerchantsRowsTakesTimeInProportion(row: String) throws {
        let writer = try #require(RenRenXiu().outcomeWriter)
        let growth = growth(from: 200) { count in
            let rows = String(repeating: row, count: count)
            return MerchantReply(data: try? JSON(parsing: "[\(rows)1]"), link: ["type": .string(marks(count * 20))])
        } _: { reply in
            _ = writer.answer(reply)
        }
        #expect(growth < 9, "four times as much takes \(growth) times as long")
    }

    private func marks(_ count: Int) -> String {
        String(repeating: Self.marks, count: count)
    }
}
