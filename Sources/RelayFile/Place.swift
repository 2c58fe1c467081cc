/// Where in the file a value is.
struct Place {
    /// For machines: `endpoints[1].reply.wait`.
    private(set) var path = ""
    /// For people, in front of the colon: `endpoints "teahouse-erp"`.
    private var item = ""
    /// For people, behind the colon: `reply.wait`.
    private var keys = ""

    var text: String {
        keys.isEmpty ? item : item.isEmpty ? keys : "\(item): \(keys)"
    }

    func key(_ name: String) -> Place {
        var place = self
        place.path += path.isEmpty ? name : ".\(name)"
        place.keys += keys.isEmpty ? name : ".\(name)"
        return place
    }

    /// - Parameter name: What the item calls itself, if it does.
    func item(_ index: Int, name: String?) -> Place {
        var place = self
        place.path += "[\(index)]"
        if item.isEmpty {
            place.item = name.map { "\(keys) \"\($0)\"" } ?? "\(keys)[\(index)]"
            place.keys = ""
        } else {
            place.keys += "[\(index)]"
        }
        return place
    }
}
