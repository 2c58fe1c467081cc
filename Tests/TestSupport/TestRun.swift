package import Foundation
import Subprocess
import SystemPackage

/// What this test process leaves on disk and running, and who cleans up after it.
enum TestRun {
    // Shared by all tests and owned by none, so it cannot be a child of the test that happens to come first.
    private static let root = Task {
        let root = FileManager.default.temporaryDirectory.appending(path: "yizhan-tests-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: false)
        // Servers run as an unprivileged user when the tests run as root.
        try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: root.path)
        try await watch(root)
        return root
    }

    /// One folder for the whole run, gone soon after this process, however it ends.
    static func directory() async throws -> URL {
        try await root.value
    }

    /// Starts a shell that outlives this process, and then ends every process that works in the folder (servers
    /// first in peace, so that they give their shared memory back) and removes it.
    private static func watch(_ root: URL) async throws {
        var options = PlatformOptions()
        // A Ctrl-C that ends the tests must not end the clean-up.
        options.createSession = true
        let script = """
            inside() {
                for process in /proc/[0-9]*; do
                    # Only root may see where a relay works; but then its program has a name in the folder.
                    at=$(readlink "$process/cwd" || tr '\\0' '\\n' <"$process/cmdline" | head -n 1)
                    case "$at" in "$root"/*) echo "${process#/proc/}" ;; esac
                done
            }
            root=$2
            {
                tail --pid="$1" -f /dev/null
                kill -CONT $(inside)
                kill -QUIT $(inside)
                for round in 1 2 3 4 5 6 7 8 9 10; do
                    [ -z "$(inside)" ] && break
                    sleep 0.5
                done
                kill -KILL $(inside)
                rm -rf "$root"
            } </dev/null >/dev/null 2>&1 &
            """
        let started = try await run(
            .path("/bin/sh"), arguments: ["-c", script, "sh", "\(getpid())", root.path], platformOptions: options,
            output: .discarded)
        guard started.terminationStatus.isSuccess else {
            throw CocoaError(.executableLoad)
        }
    }
}

/// A new empty folder of the test's own, removed when the test process has ended.
///
/// Its path is short enough for a Unix socket in it, and every user may pass through it.
package func scratchDirectory() async throws -> URL {
    let directory = try await TestRun.directory().appending(path: String(UUID().uuidString.prefix(8)))
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    try FileManager.default.setAttributes([.posixPermissions: 0o711], ofItemAtPath: directory.path)
    return directory
}
