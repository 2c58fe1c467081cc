import Testing

/// The scenarios run one after the other: each needs the machine for itself to keep its times.
@Suite(.serialized, .timeLimit(.minutes(3))) enum FaultScenarios {}
