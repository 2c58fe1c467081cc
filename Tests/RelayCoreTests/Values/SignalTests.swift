import RelayCore
import Testing

/// Limits of an hour say that something else ended the sleep.
@Suite(.timeLimit(.minutes(1))) struct SignalTests {
    @Test func aSignalThatWasRaisedBeforeEndsTheNextSleepAtOnceAndOnlyThat() async {
        let signal = Signal()
        signal.raise()
        signal.raise()
        await signal.sleep(atMost: .seconds(3600))

        let start = ContinuousClock.now
        await signal.sleep(atMost: .milliseconds(30))
        #expect(start.duration(to: .now) >= .milliseconds(30))
    }

    @Test func aSleepEndsAtItsLimit() async {
        await Signal().sleep(atMost: .milliseconds(1))
    }

    @Test func aSleepWithoutAnyLimitEndsAtTheSignal() async {
        let signal = Signal()
        async let sleep: Void = signal.sleep(atMost: .seconds(Int64.max / 2))
        await Task.yield()
        signal.raise()
        await sleep
    }

    @Test func aCancelledTaskDoesNotSleep() async {
        let signal = Signal()
        await withTaskGroup { group in
            group.addTask { await signal.sleep(atMost: .seconds(3600)) }
            group.cancelAll()
        }
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { await signal.sleep(atMost: .seconds(3600)) }
        }
    }

    /// Ping-pong: each side sleeps until the other has raised its signal, so that one lost wake-up would end it.
    @Test func noWakeUpIsLost() async {
        let ping = Signal()
        let pong = Signal()
        let rounds = 20_000
        async let other: Void = {
            for _ in 0..<rounds {
                await ping.sleep(atMost: .seconds(3600))
                pong.raise()
            }
        }()
        for _ in 0..<rounds {
            ping.raise()
            await pong.sleep(atMost: .seconds(3600))
        }
        await other
    }

    @Test func aPauseEndsWhenItsTaskIsCancelled() async {
        await withTaskGroup { group in
            group.addTask { await Task.pause(for: .seconds(3600)) }
            group.cancelAll()
        }
    }
}
