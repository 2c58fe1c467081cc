import RelayCore

/// What a platform's answers tell by whether a call was taken.
struct AnswerField: Hashable, Sendable {
    let name: String
    let accepted: JSON

    static let renrenxiu = AnswerField(name: "result", accepted: 0)
    static let meituanAlliance = AnswerField(name: "errcode", accepted: "0")
    static let youzan = AnswerField(name: "code", accepted: 0)
}
