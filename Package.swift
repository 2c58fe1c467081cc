// swift-tools-version: 6.2

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

/// `make fuzz` sets it: what the fuzzer tries then tells it where it has been, and the fuzzer is one program more.
let isFuzzing = Context.environment["YIZHAN_FUZZ"] != nil
let tried = settings + (isFuzzing ? [.unsafeFlags(["-sanitize=fuzzer", "-O"])] : [])

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let nio = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let certificateReloading = Target.Dependency.product(name: "NIOCertificateReloading", package: "swift-nio-extras")
let nioExtras = Target.Dependency.product(name: "NIOExtras", package: "swift-nio-extras")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

let fuzzer: [Target] = [
    .systemLibrary(name: "CLibFuzzer", path: "Tests/CLibFuzzer"),
    .executableTarget(
        name: "Fuzz", dependencies: ["CLibFuzzer", "FuzzTargets"], path: "Tests/Fuzz", swiftSettings: settings,
        linkerSettings: [.unsafeFlags(["-sanitize=fuzzer", "-use-ld=lld"])]),
]

let package = Package(
    name: "yizhan",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "yizhan", targets: ["Yizhan"])
    ],
    // docs/dependencies.md has why each is there, and what they bring along.
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: [
        .systemLibrary(name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"]), .brew(["libpq"])]),
        .systemLibrary(name: "CProcess"),
        .target(name: "PostgreSQL", dependencies: ["CLibPQ", log, metrics], swiftSettings: settings),
        .target(name: "EmbeddedPostgreSQL", dependencies: [subprocess, system, log], swiftSettings: settings),
        .target(name: "RelayCore", swiftSettings: tried),
        .target(
            name: "Platforms", dependencies: ["RelayCore", "OutboundHTTP", crypto, log], swiftSettings: tried),
        .target(name: "StandardWebhooks", dependencies: ["RelayCore", crypto], swiftSettings: tried),
        .target(name: "RelayFile", dependencies: ["RelayCore", yams], swiftSettings: tried),
        .target(
            name: "OutboundHTTP", dependencies: ["RelayCore", nio, nioPosix, nioHTTP1, nioTLS, nioSSL],
            swiftSettings: tried),
        .target(
            name: "Outbox", dependencies: ["RelayCore", "PostgreSQL", crypto, lifecycle, log, metrics],
            swiftSettings: settings, plugins: ["EmbedSQLPlugin"]),
        .target(
            name: "YouzanAPI", dependencies: ["RelayCore", "OutboundHTTP", log, metrics], swiftSettings: tried),
        .target(
            name: "Courier",
            dependencies: ["RelayCore", "StandardWebhooks", "YouzanAPI", "OutboundHTTP", lifecycle, log, metrics, nio],
            swiftSettings: settings),
        .target(
            name: "Reconciliation",
            dependencies: ["RelayCore", "Platforms", "OutboundHTTP", lifecycle, log, metrics], swiftSettings: settings),
        .target(
            name: "Server",
            dependencies: [
                "RelayCore", hummingbird, hummingbirdCore, httpTypes, lifecycle, log, metrics, coreMetrics, nio,
                nioExtras,
                nioHTTP1, nioPosix, nioSSL, certificateReloading,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "Yizhan",
            dependencies: [
                "Server", "Courier", "Reconciliation", "Outbox", "Platforms", "StandardWebhooks", "RelayFile",
                "OutboundHTTP",
                "PostgreSQL", "EmbeddedPostgreSQL", "RelayCore", "CProcess", arguments, configuration, lifecycle, log,
                metrics,
                hummingbird,
                hummingbirdCore, httpTypes, crypto, nio, nioPosix, signals, subprocess, system,
            ],
            swiftSettings: settings),

        .executableTarget(name: "EmbedSQL", swiftSettings: settings),
        .plugin(
            name: "EmbedSQLPlugin", capability: .buildTool(), dependencies: ["EmbedSQL"],
            path: "Sources/EmbedSQLPlugin"),

        .target(
            name: "TestSupport",
            dependencies: [
                "EmbeddedPostgreSQL", "OutboundHTTP", hummingbird, hummingbirdCore, httpTypes, nio, nioPosix,
                subprocess, log,
                system,
            ],
            path: "Tests/TestSupport",
            swiftSettings: settings),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "RelayCore", "Platforms", "RelayFile", "StandardWebhooks", "OutboundHTTP", "YouzanAPI", nio,
                nioEmbedded,
                nioHTTP1,
            ],
            path: "Tests/FuzzTargets",
            swiftSettings: tried),
        .testTarget(name: "CorpusTests", dependencies: ["FuzzTargets", "TestSupport"], swiftSettings: settings),
        .testTarget(name: "TestSupportTests", dependencies: ["TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "ReliabilityTests",
            dependencies: [
                "OutboundHTTP", "Platforms", "RelayCore", "TestSupport", nio, nioPosix, nioHTTP1, subprocess, system,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "EmbeddedPostgreSQLTests", dependencies: ["EmbeddedPostgreSQL", "TestSupport", system, log],
            swiftSettings: settings),
        .testTarget(
            name: "PostgreSQLTests", dependencies: ["PostgreSQL", "TestSupport", log], swiftSettings: settings),
        .testTarget(name: "RelayCoreTests", dependencies: ["RelayCore", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "RelayFileTests", dependencies: ["RelayFile", "RelayCore", "StandardWebhooks", "TestSupport"],
            swiftSettings: settings),
        .testTarget(
            name: "OutboxTests",
            dependencies: ["Outbox", "RelayCore", "PostgreSQL", "TestSupport", crypto, lifecycle, log],
            swiftSettings: settings),
        .testTarget(
            name: "ReconciliationTests",
            dependencies: [
                "Reconciliation", "Platforms", "OutboundHTTP", "RelayCore", "TestSupport", lifecycle, log, nio,
                nioPosix,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "OutboundHTTPTests",
            dependencies: ["OutboundHTTP", "RelayCore", "TestSupport", nio, nioPosix, nioHTTP1, nioSSL],
            swiftSettings: settings),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "EmbeddedPostgreSQL", "RelayCore", "TestSupport", hummingbird, hummingbirdCore, hummingbirdTLS,
                httpTypes,
                nio, nioPosix, nioSSL, crypto, log, subprocess, system,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "YizhanTests",
            dependencies: [
                "Yizhan", "OutboundHTTP", "Platforms", "StandardWebhooks", "RelayCore", crypto, nioPosix,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "CourierTests",
            dependencies: [
                "Courier", "OutboundHTTP", "Platforms", "StandardWebhooks", "RelayCore", "TestSupport", hummingbird,
                hummingbirdCore, httpTypes, nio, nioHTTP1, nioPosix, lifecycle, log,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "Platforms", "RelayCore", "TestSupport", hummingbirdCore, httpTypes, nio, nioEmbedded,
                nioHTTP1,
                nioPosix, nioSSL, lifecycle, log, metrics, coreMetrics,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "PlatformsTests",
            dependencies: [
                "Platforms", "OutboundHTTP", "RelayCore", "TestSupport", crypto, log, nio, nioPosix,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "YouzanAPITests", dependencies: ["YouzanAPI", "OutboundHTTP", "RelayCore", nioHTTP1],
            swiftSettings: settings),
        .testTarget(
            name: "StandardWebhooksTests", dependencies: ["StandardWebhooks", "RelayCore"], swiftSettings: settings),
    ] + (isFuzzing ? fuzzer : []),
    swiftLanguageModes: [.v6]
)
