import AsyncHTTPClient
import Foundation
import NIOCore

// Calls a merchant as `yizhan bench` does with the relay's own client: 64 tasks, each of which sends its next call once the
// last one is answered. Called with a URL and a number of seconds; tells what came of it as one JSON object.

guard CommandLine.arguments.count == 3, let seconds = Int(CommandLine.arguments[2]) else {
    FileHandle.standardError.write(Data("usage: HTTPClientCalls URL SECONDS\n".utf8))
    exit(EX_USAGE)
}
let url = CommandLine.arguments[1]
let tasks = 64

var configuration = HTTPClient.Configuration()
configuration.httpVersion = .http1Only
configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = tasks
let client = HTTPClient(configuration: configuration)

var prepared = HTTPClientRequest(url: url)
prepared.method = .POST
prepared.headers = ["Content-Type": "application/json", "User-Agent": "AsyncHTTPClient"]
prepared.body = .bytes(ByteBuffer(repeating: UInt8(ascii: " "), count: 500))
let request = prepared

let start = ContinuousClock.now
let end = start + .seconds(seconds)
let answered = await withTaskGroup(of: Int.self) { group in
    for _ in 0..<tasks {
        group.addTask {
            var answered = 0
            while .now < end {
                do {
                    let answer = try await client.execute(request, timeout: .seconds(10))
                    _ = try await answer.body.collect(upTo: 64 * 1024)
                    if answer.status == .ok { answered += 1 }
                } catch {
                    FileHandle.standardError.write(Data("a call failed: \(error)\n".utf8))
                    exit(EXIT_FAILURE)
                }
            }
            return answered
        }
    }
    var total = 0
    for await answered in group { total += answered }
    return total
}
let elapsed = (ContinuousClock.now - start) / .microseconds(1)
print(#"{"answered": \#(answered), "elapsed_us": \#(Int(elapsed))}"#)
try await client.shutdown()
