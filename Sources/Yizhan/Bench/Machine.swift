import ArgumentParser
import Foundation
import RelayCore

/// Where it was measured: a figure without this says nothing.
struct Machine: Sendable {
    let cores: Int
    let processor: String
    let memoryBytes: Int
    let kernel: String
    /// By name: `server_version`, `fsync` …
    let postgres: [(name: String, value: String)]
    let isDebugBuild: Bool

    init(_ server: BenchServer) async throws {
        cores = ProcessInfo.processInfo.activeProcessorCount
        memoryBytes = Int(ProcessInfo.processInfo.physicalMemory)
        processor = Self.processorName(in: try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))
        kernel = try String(contentsOfFile: "/proc/sys/kernel/osrelease", encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        var postgres: [(name: String, value: String)] = []
        for name in ["server_version", "fsync", "synchronous_commit", "full_page_writes", "shared_buffers"] {
            postgres.append((name, try await server.setting(name)))
        }
        self.postgres = postgres
        #if DEBUG
        isDebugBuild = true
        #else
        isDebugBuild = false
        #endif
    }

    static func processorName(in cpuinfo: String) -> String {
        let line = cpuinfo.split(separator: "\n").first { $0.hasPrefix("model name") }
        return line?.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
            ?? "unknown"
    }

    var lines: [String] {
        let settings = postgres.map {
            $0.name == "server_version" ? "PostgreSQL \($0.value)" : "\($0.name) \($0.value)"
        }
        var lines = [
            "\(cores) cores of \(processor), \(memoryBytes >> 20) MB, Linux \(kernel)",
            settings.joined(separator: ", "),
        ]
        if isDebugBuild {
            lines.append("This is a debug build: it says that the bench works, and its figures say nothing.")
        }
        return lines
    }

    var json: JSON {
        [
            "cores": JSON(cores), "processor": .string(processor), "memory_bytes": JSON(memoryBytes),
            "kernel": .string(kernel),
            "postgres": .object(postgres.map { .init(name: $0.name, value: .string($0.value)) }),
            "version": .string(Yizhan.configuration.version), "debug_build": .bool(isDebugBuild),
        ]
    }
}
