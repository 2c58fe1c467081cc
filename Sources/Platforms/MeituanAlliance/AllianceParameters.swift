package import RelayCore

/// The parameters of a call: a form as published, or a JSON object of the same names (ours).
package enum AllianceParameters {
    package static func read(_ body: [UInt8]) throws(Refusal) -> FormBody {
        let pairs = isJSON(body) ? try pairs(ofJSON: body) : nil
        do throws(FormError) {
            if let pairs { return try FormBody(pairs) }
            return try FormBody(parsing: body)
        } catch {
            throw Refusal(error)
        }
    }

    /// By its first byte and not by `Content-Type`, which is not stored with an event. No parameter's name starts so.
    private static func isJSON(_ body: [UInt8]) -> Bool {
        let blanks: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        return body.first { !blanks.contains($0) } == UInt8(ascii: "{")
    }
}

extension AllianceParameters {
    private static func pairs(ofJSON body: [UInt8]) throws(Refusal) -> [FormBody.Pair] {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: body)
        } catch {
            throw .notJSON(error)
        }
        guard let members = json.members else { throw .notAnObject }
        return try pairs(of: members)
    }

    /// Numbers as they are written; `null` as nothing.
    static func pairs(of members: [JSON.Member]) throws(Refusal) -> [FormBody.Pair] {
        var pairs: [FormBody.Pair] = []
        for member in members {
            switch member.value {
            case .null: pairs.append((member.name, ""))
            case .bool(let value): pairs.append((member.name, value ? "true" : "false"))
            case .number(let text), .string(let text): pairs.append((member.name, text))
            case .array, .object: throw .nested(FormError.shown(Array(member.name.utf8)[...]))
            }
        }
        return pairs
    }
}
