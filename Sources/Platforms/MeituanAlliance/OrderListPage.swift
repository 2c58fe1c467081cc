package import RelayCore

/// A page of the list of orders, read strictly; an order that cannot be used is never in the way of the others.
package struct OrderListPage: Sendable {
    package struct Flaw: Hashable, Sendable {
        /// From 1.
        package let position: Int
        /// Names no value.
        package let reason: String
    }

    /// What became of the orders, as events.
    package private(set) var arrivals: [Arrival] = []
    package private(set) var flaws: [Flaw] = []
    /// Orders on all pages.
    package let total: Int

    /// Orders on the page, usable or not.
    package var count: Int { arrivals.count + flaws.count }

    /// - Parameter type: the kind that was asked for; the list does not repeat it.
    init(parsing body: [UInt8], type: Int) throws(OrderListError) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: body)
        } catch {
            throw .notJSON
        }
        guard json.members != nil else { throw .notAnObject }
        if let refusal = OrderListError(refusalIn: json) { throw refusal }
        guard let rows = json["dataList"]?.arrayValue else { throw .missing("dataList") }
        guard let total = json["total"].flatMap(Self.count), total >= 0 else { throw .missing("total") }
        self.total = total
        for (index, row) in rows.enumerated() {
            do throws(Refusal) {
                arrivals.append(try Self.order(row, type: type).found())
            } catch {
                flaws.append(Flaw(position: index + 1, reason: error.detail))
            }
        }
    }

    private static func order(_ row: JSON, type: Int) throws(Refusal) -> AllianceOrder {
        guard let members = row.members else { throw .notAnObject }
        var pairs = try AllianceParameters.pairs(of: members).filter { !$0.name.hasBytes(of: "sign") }
        if !pairs.contains(where: { $0.name.hasBytes(of: "type") }) {
            pairs.append((name: "type", value: String(type)))
        }
        let parameters: FormBody
        do throws(FormError) {
            parameters = try FormBody(pairs)
        } catch {
            throw Refusal(error)
        }
        return try AllianceOrder(parameters)
    }

    private static func count(_ json: JSON) -> Int? {
        json.intValue ?? json.stringValue.flatMap { Int($0) }
    }
}
