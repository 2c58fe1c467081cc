package import RelayCore

/// What a merchant's own goods library says, read strictly.
package enum GoodsLibraryAnswer: Hashable, Sendable {
    /// `flaws` tells of the rows that break the contract and are left out.
    case page(GoodsPage, flaws: [String])
    case refused(message: String?)

    /// - Parameter limit: rows beyond so many were not asked for, and are left out.
    package init(_ body: [UInt8], limit: Int) throws(GoodsLibraryError) {
        let json: JSON
        do {
            json = try JSON(parsing: body)
        } catch {
            throw .notJSON(error)
        }
        switch json["result"]?.intValue {
        case 0:
            self = try Self.page(json["data"], limit: limit)
        case 1:
            self = .refused(message: json["msg"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 })
        case nil:
            throw .noResult
        case .some(let result):
            throw .unknownResult(result)
        }
    }

    private static func page(_ data: JSON?, limit: Int) throws(GoodsLibraryError) -> GoodsLibraryAnswer {
        guard let total = data?["total"]?.intValue, total >= 0 else { throw .noTotal }
        guard let rows = data?["rows"]?.arrayValue else { throw .noRows }
        var goods: [Goods] = []
        var flaws: [String] = []
        for (position, row) in rows.prefix(limit).enumerated() {
            do {
                goods.append(try Goods(row: row))
            } catch {
                flaws.append("row \(position + 1): \(error.reason)")
            }
        }
        if rows.count > limit { flaws.append("\(rows.count - limit) rows more than were asked for") }
        return .page(GoodsPage(total: total, rows: goods), flaws: flaws)
    }
}

extension Goods {
    /// A row of a goods library. A price may be written as a text, and with more decimals than money has.
    package init(row: JSON) throws(BrokenAnswerPart) {
        guard row.members != nil else { throw BrokenAnswerPart(reason: "it is not an object") }
        self.init(
            code: try Self.text("goods_code", of: row), name: try Self.text("goods_name", of: row),
            image: try Self.image(of: row), price: try Self.price(of: row))
    }

    private static func text(_ name: String, of row: JSON) throws(BrokenAnswerPart) -> String {
        guard let text = row[name]?.stringValue, !text.isEmpty else {
            throw BrokenAnswerPart(reason: "\(name) is missing, empty or not a text")
        }
        return text
    }

    private static func image(of row: JSON) throws(BrokenAnswerPart) -> String? {
        switch row["goods_image"] {
        case nil, .null: return nil
        case .string(let text): return text.isEmpty ? nil : text
        case .bool, .number, .array, .object: throw BrokenAnswerPart(reason: "goods_image is not a text")
        }
    }

    private static func price(of row: JSON) throws(BrokenAnswerPart) -> Price {
        let text: String
        switch row["goods_price"] {
        case .number(let number), .string(let number): text = number
        case nil, .null, .bool, .array, .object: throw BrokenAnswerPart(reason: "goods_price is not a number")
        }
        do {
            return try Price(rounding: text)
        } catch {
            throw BrokenAnswerPart(reason: "goods_price: \(error)")
        }
    }
}
