import ArgumentParser
import Foundation
import Platforms

/// What is to be signed: parameters one by one, or a body as it was sent.
struct SignedBody: ParsableArguments {
    @Option(
        name: .customLong("form"),
        help: .init("The body of a call as it was sent, or - to read it from standard input.", valueName: "body"))
    var body: String?

    @Flag(help: "Also show the text that is hashed with the secret in it.")
    var showSecret = false

    @Argument(help: .init("The parameters, decoded.", valueName: "name=value"))
    var parameters: [NamedValue] = []

    func validate() throws {
        guard (body == nil) != parameters.isEmpty else {
            throw ValidationError("either parameters (name=value …) or --form is needed")
        }
    }

    func bytes() throws -> [UInt8] {
        guard let body else { return FormBody.encode(parameters.map { (name: $0.name, value: $0.value) }) }
        return try StandardInput.text(body)
    }
}

/// An argument that may be `-`, and then stands for what comes on standard input.
enum StandardInput {
    static func text(_ argument: String) throws -> [UInt8] {
        guard argument == "-" else { return Array(argument.utf8) }
        var text = Array(try FileHandle.standardInput.readToEnd() ?? Data())
        // A body has none: this one comes from an editor or from `echo`.
        while text.last == UInt8(ascii: "\n") || text.last == UInt8(ascii: "\r") { text.removeLast() }
        return text
    }
}
