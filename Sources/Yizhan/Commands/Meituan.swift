import ArgumentParser

struct Meituan: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What operators do at Meituan.",
        discussion: "Example:  yizhan meituan authorize --shop 66101806 --merchant teahouse",
        subcommands: [
            MeituanAuthorize.self
        ])
}
