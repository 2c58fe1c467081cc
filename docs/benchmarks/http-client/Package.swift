// swift-tools-version: 6.2

import PackageDescription

// A yardstick for `yizhan bench deliver --client`, and no part of Yizhan.
let package = Package(
    name: "http-client-calls",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    ],
    targets: [
        .executableTarget(
            name: "HTTPClientCalls",
            dependencies: [
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOCore", package: "swift-nio"),
            ])
    ]
)
