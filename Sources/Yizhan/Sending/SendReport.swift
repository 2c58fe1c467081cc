import OutboundHTTP
import RelayCore

/// What became of one call to the relay.
struct SendReport: Sendable {
    enum Outcome: Hashable, Sendable {
        /// `value` is nil where the answer is not the contract's JSON.
        case answered(status: Int, field: AnswerField, value: JSON?)
        case failed(reason: String)
    }

    let orderNo: String
    let outcome: Outcome
    let took: Duration
    /// The answer as it came; empty where none came.
    let answer: [UInt8]

    init(orderNo: String, outcome: Outcome, took: Duration, answer: [UInt8]) {
        self.orderNo = orderNo
        self.outcome = outcome
        self.took = took
        self.answer = answer
    }

    init(orderNo: String, _ exchange: HTTPExchange, field: AnswerField) {
        switch exchange.result {
        case .success(let answer):
            // What is no JSON has no such field, which is all there is to say about it.
            let value = (try? JSON(parsing: answer.body))?[field.name]
            self.init(
                orderNo: orderNo, outcome: .answered(status: answer.status, field: field, value: value),
                took: exchange.timings.total, answer: answer.body)
        case .failure(let failure):
            self.init(
                orderNo: orderNo, outcome: .failed(reason: "\(failure)"), took: exchange.timings.total, answer: [])
        }
    }

    var isAccepted: Bool {
        switch outcome {
        case .answered(_, let field, let value): value == field.accepted
        case .failed: false
        }
    }

    var line: String {
        let text = String(decoding: answer, as: UTF8.self).printable
        return "\(orderNo)  \(outcome)  \(took.milliseconds) ms  \(text)"
    }

    var json: JSON {
        var members: [JSON.Member] = [
            .init(name: "order_no", value: .string(orderNo)), .init(name: "took_ms", value: .number(took.milliseconds)),
        ]
        switch outcome {
        case .answered(let status, let field, let value):
            members.append(.init(name: "status", value: JSON(status)))
            members.append(.init(name: field.name, value: value ?? .null))
            members.append(.init(name: "answer", value: .string(String(decoding: answer, as: UTF8.self))))
        case .failed(let reason):
            members.append(.init(name: "error", value: .string(reason)))
        }
        return .object(members)
    }
}

extension SendReport.Outcome: CustomStringConvertible {
    var description: String {
        switch self {
        case .answered(let status, let field, .string(let text)?), .answered(let status, let field, .number(let text)?):
            "HTTP \(status), \(field.name) \(text.printable)"
        case .answered(let status, let field, _): "HTTP \(status), no \(field.name)"
        case .failed(let reason): reason
        }
    }
}
