import Synchronization

/// Holds up whoever comes to it until it is opened.
final class Gate: Sendable {
    private let isOpen = Atomic(false)

    func open() {
        isOpen.store(true, ordering: .releasing)
    }

    var isPassable: Bool {
        isOpen.load(ordering: .acquiring)
    }

    func pass() async throws {
        while !isPassable { try await Task.sleep(for: .milliseconds(5)) }
    }
}
