import NIOCore
import ServiceLifecycle

/// A server whose failure to bind says to which address, and which setting changes it.
struct Listening: Service {
    let server: any Service
    let address: ListenAddress
    let setting: String

    func run() async throws {
        do {
            try await server.run()
        } catch let error as IOError {
            throw CommandFailure.cannotListen(address, setting: setting, error)
        }
    }
}
