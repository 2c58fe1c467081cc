import Foundation

/// What a process has used so far, as the kernel counts it.
struct ProcessUsage: Sendable {
    /// User and system time together; the kernel counts in hundredths of a second.
    let cpu: Duration
    let residentBytes: Int

    init(of processID: Int32) throws {
        let place = "/proc/\(processID)"
        self = try ProcessUsage(
            stat: String(contentsOfFile: "\(place)/stat", encoding: .utf8),
            statm: String(contentsOfFile: "\(place)/statm", encoding: .utf8),
            ticksPerSecond: sysconf(Int32(_SC_CLK_TCK)), pageBytes: sysconf(Int32(_SC_PAGESIZE)))
    }

    /// - Parameters:
    ///   - stat: proc(5), `/proc/pid/stat`.
    ///   - statm: proc(5), `/proc/pid/statm`.
    init(stat: String, statm: String, ticksPerSecond: Int, pageBytes: Int) throws(BenchFailure) {
        // The program's name, in brackets, may hold blanks and brackets.
        let fields = stat.lastIndex(of: ")").map { stat[stat.index(after: $0)...].split(separator: " ") } ?? []
        guard fields.count > 12, let user = Int(fields[11]), let system = Int(fields[12]) else {
            throw .unreadable("/proc/pid/stat", what: "the time used")
        }
        let sizes = statm.split(separator: " ")
        guard sizes.count > 1, let pages = Int(sizes[1]) else {
            throw .unreadable("/proc/pid/statm", what: "the memory used")
        }
        cpu = .milliseconds((user + system) * 1_000 / ticksPerSecond)
        residentBytes = pages * pageBytes
    }
}
