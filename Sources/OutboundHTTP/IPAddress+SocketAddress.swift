package import NIOCore
package import RelayCore

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

extension IPAddress {
    /// Nil for a Unix socket.
    package init?(_ address: SocketAddress) {
        let parsed = address.withSockAddr { pointer, _ in IPAddress(pointer) }
        guard let parsed else { return nil }
        self = parsed
    }

    /// `address` is a complete `sockaddr_in` or `sockaddr_in6`, or of another family, which gives nil.
    init?(_ address: UnsafePointer<sockaddr>) {
        // The offsets of sin_addr and sin6_addr, which are the same on every system.
        let raw = UnsafeRawPointer(address)
        switch CInt(address.pointee.sa_family) {
        case AF_INET: self = .v4(UInt32(bigEndian: raw.loadUnaligned(fromByteOffset: 4, as: UInt32.self)))
        case AF_INET6: self = .v6(UInt128(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt128.self)))
        default: return nil
        }
    }

    /// 4 or 16 bytes in network order.
    var packed: ByteBuffer {
        var packed = ByteBuffer()
        switch self {
        case .v4(let number): packed.writeInteger(number)
        case .v6(let high, let low):
            packed.writeInteger(high)
            packed.writeInteger(low)
        }
        return packed
    }

    package func socketAddress(port: Int) -> SocketAddress {
        do {
            return try SocketAddress(packedIPAddress: packed, port: port)
        } catch {
            preconditionFailure("4 and 16 bytes are always an address: \(error)")
        }
    }
}
