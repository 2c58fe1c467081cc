import RelayCore

/// What Meituan Alliance hears: whether the call was taken, both values texts. What a merchant answers is nothing to it.
enum AllianceAnswer {
    static func answer(_ reply: Reply) -> PlatformAnswer {
        switch reply {
        case .taken, .pending, .goods: PlatformAnswer(body: body("0", "ok"))
        case .settled(let answer): PlatformAnswer(body: answer)
        case .failed(let failure): PlatformAnswer(failure) { body("1", $0) }
        }
    }

    private static func body(_ code: String, _ message: String) -> [UInt8] {
        (["errcode": .string(code), "errmsg": .string(message)] as JSON).serialized()
    }
}
