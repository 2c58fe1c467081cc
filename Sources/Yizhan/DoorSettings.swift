import ArgumentParser
import RelayCore
import Server

/// How platforms are let in.
struct DoorSettings: Hashable, Sendable {
    struct TLSFiles: Hashable, Sendable {
        var certificate: String
        var key: String
    }

    /// Nil: plain HTTP.
    var tls: TLSFiles?
    /// Their `X-Forwarded-For` is believed.
    var trustedProxies: [CIDR] = []
    /// Nil: no limit.
    var connectionsPerAddress: Int? = Self.defaultConnectionsPerAddress

    fileprivate static let defaultConnectionsPerAddress = 512

    init() {}

    /// Throws `ValidationError` naming the setting that is wrong.
    init(certificate: String?, key: String?, trustedProxies: String?, connectionsPerAddress: String?) throws {
        switch (certificate, key) {
        case (let certificate?, let key?): tls = TLSFiles(certificate: certificate, key: key)
        case (nil, nil): tls = nil
        case (_?, nil): throw ValidationError("YIZHAN_TLS_CERTIFICATE needs its key: set YIZHAN_TLS_KEY (--tls-key)")
        case (nil, _?):
            throw ValidationError(
                "YIZHAN_TLS_KEY needs its certificate: set YIZHAN_TLS_CERTIFICATE (--tls-certificate)")
        }
        do throws(CIDRError) {
            for network in trustedProxies?.split(separator: ",") ?? [] {
                self.trustedProxies.append(try CIDR(network.split(separator: " ").joined(separator: " ")))
            }
        } catch {
            throw ValidationError("YIZHAN_TRUSTED_PROXIES (--trusted-proxies): \(error)")
        }
        if let text = connectionsPerAddress {
            guard let number = Int(text), number >= 0 else {
                throw ValidationError(
                    "YIZHAN_MAX_CONNECTIONS_PER_ADDRESS (--max-connections-per-address): \"\(text)\" is neither 0, for no "
                        + "limit, nor a number")
            }
            self.connectionsPerAddress = number == 0 ? nil : number
        }
    }

    var limits: ConnectionLimits {
        ConnectionLimits(
            connections: DescriptorLimit.connections(atMost: ConnectionLimits.defaultConnections),
            connectionsPerAddress: connectionsPerAddress)
    }
}

extension Settings {
    struct DoorFlags: ParsableArguments {
        @Option(
            help: .init(
                """
                A PEM file: the certificate for --listen and, behind it, those of its issuers. It is looked at every \
                minute: a renewed one needs no restart. [YIZHAN_TLS_CERTIFICATE] (default: plain HTTP)
                """, valueName: "file"))
        var tlsCertificate: String?

        @Option(help: .init("A PEM file: the certificate's key. [YIZHAN_TLS_KEY]", valueName: "file"))
        var tlsKey: String?

        @Option(
            help: .init(
                """
                Proxies whose X-Forwarded-For tells where a call comes from, such as 127.0.0.1,10.0.0.0/8. \
                [YIZHAN_TRUSTED_PROXIES] (default: none)
                """, valueName: "networks"))
        var trustedProxies: String?

        @Option(
            help: .init(
                """
                How many connections one address may have open at --listen, trusted proxies apart; 0 for no limit. \
                [YIZHAN_MAX_CONNECTIONS_PER_ADDRESS] (default: \(DoorSettings.defaultConnectionsPerAddress))
                """, valueName: "number"))
        var maxConnectionsPerAddress: String?
    }
}
