/// One exchange with the server: how long it may take, and what to call it when it fails.
struct ServerCall {
    /// Unique within the connection; what a cancellation names.
    let number: UInt64
    let statement: String
    let limit: Duration?
    var deadline: ContinuousClock.Instant?

    init(number: UInt64, statement: String, limit: Duration?) {
        self.number = number
        self.statement = statement
        self.limit = limit
        deadline = limit.map { ContinuousClock.now + $0 }
    }
}
