import Foundation
import RelayCore
import Synchronization

/// The orders that Meituan Alliance's stand-in lists: those it was told of, and those of a file, which is read again
/// whenever it has changed. Of several with one number the last one counts.
final class AllianceOrderBook: Sendable {
    struct Order: Sendable {
        let type: Int
        /// Unix seconds.
        let modifiedAt: Int64
        let row: JSON
    }

    private struct State {
        var told: [String: Order] = [:]
        var filed: [String: Order] = [:]
        var stamp: Stamp?
    }

    private struct Stamp: Equatable {
        let size: Int
        let modifiedAt: Date
    }

    /// Food delivery, for an order that does not say.
    private static let usualType = 4

    private let file: String?
    private let state = Mutex(State())

    init(file: String?) {
        self.file = file
    }

    /// Takes an order, or an array of them. Returns how many; nil where one is not an object with orderid and status.
    func take(_ json: JSON, atUnixSeconds now: Int64) -> Int? {
        let rows = json.arrayValue ?? [json]
        let orders = rows.compactMap { Self.order($0, toldAt: now) }
        guard orders.count == rows.count else { return nil }
        state.withLock { state in
            for (number, order) in orders { state.told[number] = order }
        }
        return orders.count
    }

    /// Those of a type that were modified in a time, the oldest first. Throws where the file cannot be read.
    func orders(ofType type: Int, from start: Int64, through end: Int64) throws -> [Order] {
        try state.withLock { state in
            try readFile(into: &state)
            return state.filed.merging(state.told) { filed, told in filed.modifiedAt > told.modifiedAt ? filed : told }
                .filter { $0.value.type == type && start...max(start, end) ~= $0.value.modifiedAt }
                .sorted { ($0.value.modifiedAt, $0.key) < ($1.value.modifiedAt, $1.key) }
                .map(\.value)
        }
    }

    private func readFile(into state: inout State) throws {
        // A file that is not there yet has no orders yet.
        guard let file, FileManager.default.fileExists(atPath: file) else { return }
        let attributes = try FileManager.default.attributesOfItem(atPath: file)
        let stamp = Stamp(
            size: (attributes[.size] as? Int) ?? 0, modifiedAt: (attributes[.modificationDate] as? Date) ?? .distantPast
        )
        guard stamp != state.stamp else { return }
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: file))
        } catch {
            throw CommandFailure.unreadableFile(file, error)
        }
        state.filed = [:]
        // Nothing but whole lines: somebody may be writing the last one.
        for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            guard let json = try? JSON(parsing: Array(line)),
                let (number, order) = Self.order(json, toldAt: Int64(stamp.modifiedAt.timeIntervalSince1970))
            else { continue }
            state.filed[number] = order
        }
        state.stamp = stamp
    }

    private static func order(_ row: JSON, toldAt now: Int64) -> (number: String, order: Order)? {
        guard var members = row.members, let number = row["orderid"].flatMap(text), !number.isEmpty,
            row["status"].flatMap(text) != nil
        else { return nil }
        let modifiedAt = row["modtime"].flatMap(text).flatMap { Int64($0) } ?? now
        if row["modtime"] == nil { members.append(.init(name: "modtime", value: JSON(modifiedAt))) }
        return (
            number,
            Order(
                type: row["type"].flatMap(text).flatMap { Int($0) } ?? usualType, modifiedAt: modifiedAt,
                row: .object(members.filter { $0.name != "type" }))
        )
    }

    private static func text(_ json: JSON) -> String? {
        switch json {
        case .string(let text), .number(let text): text
        case .null, .bool, .array, .object: nil
        }
    }
}
