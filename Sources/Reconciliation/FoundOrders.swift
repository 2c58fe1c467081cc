import RelayCore

/// Stores the orders of a page at once, so that they share commits; those of one order number one after the other.
struct FoundOrders: Sendable {
    let store: Reconciler.Store

    /// Returns how many were new. Throws if one could not be stored; the others may be.
    func store(_ arrivals: [Arrival], of app: App) async throws(InboxError) -> Int {
        let orders = Dictionary(grouping: arrivals, by: \.orderNo).values
        let results = await withTaskGroup(of: Result<Int, InboxError>.self) { group in
            for order in orders {
                group.addTask { await storeInOrder(order, of: app) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var found = 0
        for result in results { found += try result.get() }
        return found
    }

    private func storeInOrder(_ arrivals: [Arrival], of app: App) async -> Result<Int, InboxError> {
        var found = 0
        do throws(InboxError) {
            for arrival in arrivals {
                if try await store(arrival, app) == true { found += 1 }
            }
            return .success(found)
        } catch {
            return .failure(error)
        }
    }
}
