import Foundation

extension RelayProcess {
    /// What the process has in memory now, in bytes.
    var residentBytes: Int {
        get throws { try memory("VmRSS") }
    }

    /// The most that it had in memory since its start, or since `forgetPeak`, in bytes.
    var peakResidentBytes: Int {
        get throws { try memory("VmHWM") }
    }

    func forgetPeak() throws {
        // The file takes one write as it is, and cannot be replaced by another.
        let file = try FileHandle(forWritingTo: URL(filePath: "/proc/\(processID)/clear_refs"))
        try file.write(contentsOf: Data("5".utf8))
        try file.close()
    }

    private func memory(_ name: String) throws -> Int {
        let status = try String(contentsOf: URL(filePath: "/proc/\(processID)/status"), encoding: .utf8)
        let line = status.split(separator: "\n").first { $0.hasPrefix("\(name):") }
        return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1_024
    }
}
