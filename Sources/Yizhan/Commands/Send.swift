import ArgumentParser

struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play a platform: send signed calls and see what is answered.",
        discussion: """
            Example:  yizhan send renrenxiu --url http://127.0.0.1:8080/in/teahouse-rrx/goods/issue \
            --app-key 96c84928b1dce057d110ea3b3880fc83 --secret-env RRX_SECRET
            """,
        subcommands: [
            SendRenRenXiu.self,
            SendRenRenXiuGoods.self,
        ])
}
