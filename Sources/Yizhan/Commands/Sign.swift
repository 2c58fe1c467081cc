import ArgumentParser

struct Sign: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show how a platform's signature comes about, step by step.",
        discussion: "Example:  yizhan sign renrenxiu --secret-env RRX_SECRET openid=o1 order_no=19 goods_code=zp_001",
        subcommands: [SignRenRenXiu.self, SignMeituanAlliance.self, SignYouzan.self])
}
