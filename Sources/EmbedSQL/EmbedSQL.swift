import Foundation

/// Writes the files of `sql/` into one Swift source, so that the binary carries its schema and needs no
/// files beside it. Called by `EmbedSQLPlugin`: `EmbedSQL OUTPUT ROOT FILE…`.
@main
struct EmbedSQL {
    static func main() throws {
        let arguments = CommandLine.arguments
        let output = arguments[1]
        let root = arguments[2] + "/"
        var source = """
            /// The files of `sql/` by their path below it, in path order.
            enum EmbeddedSQL {
                static let files: [(path: String, text: String)] = [

            """
        for file in arguments[3...].sorted() {
            let text = try String(contentsOfFile: file, encoding: .utf8)
            source += "        (\"\(file.dropFirst(root.count))\", ####\"\"\"\n\(text)\n\"\"\"####),\n"
        }
        source += "    ]\n}\n"
        try source.write(toFile: output, atomically: true, encoding: .utf8)
    }
}
