import Synchronization

/// What is made once for each name, and found again at the price of one lookup: metrics, say, whose own factory asks for
/// more than counting costs.
///
/// Nothing is taken off it: the names must be few, and not for outsiders to choose.
package final class Shelf<Name: Hashable & Sendable, Thing: Sendable>: Sendable {
    private let things = Mutex<[Name: Thing]>([:])
    private let make: @Sendable (Name) -> Thing

    package init(_ make: @escaping @Sendable (Name) -> Thing) {
        self.make = make
    }

    package subscript(name: Name) -> Thing {
        things.withLock { things in
            if let known = things[name] { return known }
            let made = make(name)
            things[name] = made
            return made
        }
    }
}
