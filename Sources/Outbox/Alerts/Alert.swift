import RelayCore

/// Something that an operator is told.
struct Alert: Hashable, Sendable {
    let kind: AlertKind
    let endpoint: String
    let merchant: String
    let since: Timestamp
    /// The same on the clocks of Beijing, to the minute.
    let sinceText: String
    /// How many dead letters there were so far.
    let count: Int64
    let reason: String?

    /// For chats: Chinese first, then English.
    var text: String {
        let because: (chinese: String, english: String) =
            reason.map { ("原因:\($0)。", " Reason: \($0).") } ?? ("", "")
        return switch kind {
        case .endpointPaused:
            """
            Yizhan 驿站:商家 \(merchant) 的投递地址 \(endpoint) 自 \(sinceText)(北京时间)起已暂停。\(because.chinese)\
            事件照常接收并等待投递,处理好后请执行:yizhan resume \(endpoint)
            Endpoint \(endpoint) of merchant \(merchant) has been paused since \(sinceText), Beijing time.\
            \(because.english) Events are accepted and wait. Once it is put right: yizhan resume \(endpoint)
            """
        case .breakerOpen:
            """
            Yizhan 驿站:商家 \(merchant) 的投递地址 \(endpoint) 连续失败,自 \(sinceText)(北京时间)起只做单次试探。\
            \(because.chinese)待投递的事件不会丢失,也不消耗重试次数;请商家检查系统,恢复后自动继续投递。
            Endpoint \(endpoint) of merchant \(merchant) keeps failing: since \(sinceText), Beijing time, it is only \
            probed.\(because.english) Nothing is lost. Have the merchant look at their system; deliveries go on by \
            themselves once it answers.
            """
        case .deadLetters:
            """
            Yizhan 驿站:商家 \(merchant) 的投递地址 \(endpoint) 自 \(sinceText)(北京时间)起已有 \(count) 笔投递失败且不再重试。\
            查看:SELECT * FROM yizhan.dead_letters;重新投递:yizhan requeue 订单号
            \(count) deliveries to endpoint \(endpoint) of merchant \(merchant) have died since \(sinceText), Beijing \
            time, and are not tried again. See yizhan.dead_letters; to deliver one again: yizhan requeue ORDER_NO
            """
        }
    }

    /// The body of its event.
    var json: JSON {
        [
            "kind": .string(kind.rawValue), "endpoint": .string(endpoint), "merchant": .string(merchant),
            "since": .string("\(since)"), "count": JSON(Int(count)), "reason": reason.map { .string($0) } ?? .null,
            "text": .string(text),
        ]
    }
}
