import RelayCore
import Testing

@Suite struct MailboxTests {
    @Test func lettersAreTakenOldestFirstAndNoMoreThanAskedFor() async {
        let mailbox = Mailbox<Int>()
        for letter in 1...5 { #expect(mailbox.put(letter)) }
        #expect(await mailbox.take(atMost: 2) == [1, 2])
        #expect(mailbox.count == 3)
        #expect(await mailbox.take(atMost: 100) == [3, 4, 5])
    }

    @Test func aFullMailboxTakesTheNextLetterOnceThereIsRoom() async {
        let mailbox = Mailbox<Int>(maximumCount: 2)
        #expect([1, 2, 3].map { mailbox.put($0) } == [true, true, false])
        #expect(await mailbox.take(atMost: 1) == [1])
        #expect(mailbox.put(4) && !mailbox.put(5))
        #expect(mailbox.takeAll() == [2, 4])
    }

    @Test func weightIsBoundedAndComesFreeWithWhatIsTaken() async {
        let mailbox = Mailbox<Int>(maximumWeight: 10) { $0 }
        #expect([4, 6, 1].map { mailbox.put($0) } == [true, true, false])
        #expect(await mailbox.take(atMost: 1) == [4])
        #expect(!mailbox.put(5) && mailbox.put(3) && mailbox.put(1) && !mailbox.put(1))
        #expect(mailbox.takeAll() == [6, 3, 1])
        #expect(mailbox.put(10) && !mailbox.put(1) && mailbox.put(0))
        #expect(!mailbox.put(11))
    }

    @Test func aClosedMailboxIsDrainedAndThenEmpty() async {
        let mailbox = Mailbox<Int>()
        _ = mailbox.put(1)
        _ = mailbox.put(2)
        mailbox.close()
        #expect(!mailbox.put(3))
        #expect(await mailbox.take(atMost: 1) == [1])
        #expect(await mailbox.take(atMost: 1) == [2])
        #expect(await mailbox.take(atMost: 1).isEmpty)
        #expect(await mailbox.take(atMost: 1).isEmpty)
    }

    @Test func closingWakesTheReceiver() async {
        let mailbox = Mailbox<Int>()
        async let taken = mailbox.take(atMost: 1)
        await Task.yield()
        mailbox.close()
        #expect(await taken.isEmpty)
    }

    @Test func aLoneLetterIsTakenAtOnce() async {
        let mailbox = Mailbox<Int>()
        async let taken = mailbox.take(atMost: 100)
        await Task.yield()
        _ = mailbox.put(1)
        #expect(await taken == [1])
    }

    /// Ends only if no wake-up is lost: the receiver sleeps again and again while senders come and go.
    @Test(.timeLimit(.minutes(1))) func nothingIsLostOrRepeatedBetweenManySendersAndTheReceiver() async {
        let senders = 8
        let letters = 5_000
        let mailbox = Mailbox<(sender: Int, number: Int)>(maximumCount: 64, maximumWeight: 64) { _ in 1 }
        let received = await withTaskGroup(of: Void.self) { group in
            for sender in 0..<senders {
                group.addTask {
                    for number in 0..<letters {
                        while !mailbox.put((sender, number)) { await Task.yield() }
                        if number % 97 == sender { await Task.yield() }
                    }
                }
            }
            var received = [[Int]](repeating: [], count: senders)
            var count = 0
            while count < senders * letters {
                let batch = await mailbox.take(atMost: 7)
                #expect((1...7).contains(batch.count))
                count += batch.count
                for letter in batch { received[letter.sender].append(letter.number) }
            }
            return received
        }
        #expect(received.allSatisfy { $0 == Array(0..<letters) })
        #expect(mailbox.count == 0)
    }
}
