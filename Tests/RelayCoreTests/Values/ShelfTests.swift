import RelayCore
import Synchronization
import Testing

@Suite struct ShelfTests {
    @Test func eachIsMadeOnceHoweverManyAskForItAtOnce() async {
        let made = Mutex<[String]>([])
        let shelf = Shelf<String, String> { name in
            made.withLock { $0.append(name) }
            return "thing \(name)"
        }
        await withTaskGroup { group in
            for number in 0..<200 {
                group.addTask { #expect(shelf["\(number % 4)"] == "thing \(number % 4)") }
            }
        }
        #expect(made.withLock { $0.sorted() } == ["0", "1", "2", "3"])
    }
}
