import RoostCore

/// The numbers of the loop and its helpers, each with its reason. Those that the lifecycle fixes name it.
package enum WorkerLimits {
  /// Inputs of one batch (architecture, one loop): at full load 8 ms of work, shared by one flush.
  package static let batchInputs = 500
  /// Estimated bytes of one batch's records: one message of a partition's journal stream holds 512 KiB.
  package static let batchBytes = 384 << 10
  /// Bytes of a record above which a batch is told in several.
  package static let recordBytes = 512 << 10
  /// Between two log lines of something that takes long.
  static let progressNs: Int64 = 2_000_000_000
  /// Bytes of segments that are kept for people only, however young they are: a full disk helps nobody.
  package static let historyBytes: UInt64 = 4 << 30
  /// Changes that one round of alarms may make before the signal it comes before is applied (lifecycle, time).
  static let alarmsPerInput = 500
  /// Between two ticks; lifecycle, time.
  static let tickIntervalNs: Int64 = 100_000_000
  /// After so many ticks that were not read back, others follow ever later: a second is time for a reader to recover.
  static let quickTicks = 10
  /// Up to 6.4 s: 100 ms doubled so many times.
  static let tickDoublings = 6
  /// Signals that the broker announced are waited for this long, then a tick is sent: they may have been deleted.
  static let pendingTrustNs: Int64 = 5_000_000_000
  /// Repeats the queue pass where somebody waits; lifecycle, queue.
  static let sweepIntervalNs: Int64 = 15_000_000_000
  /// Commands without acknowledgement of a runner that pings are sent again; lifecycle, runners.
  static let resendAfterNs: Int64 = 2_000_000_000
  /// Commands sent again at once to one runner; the next ping brings the rest.
  static let resendCommands = 500
  /// Events are acknowledged after so many, or so long; lifecycle, runners.
  static let acknowledgeEvents: UInt64 = 500
  static let acknowledgeAfterNs: Int64 = 1_000_000_000
  /// The loop stood still: silence of runners before that proves nothing; lifecycle, ping.
  static let standstillNs: Int64 = 1_000_000_000
  /// Between two echoes; lifecycle, ping. A broker that stood still for longer than this and `standstillNs` together is
  /// noticed, whenever it did.
  static let echoIntervalNs: Int64 = 500_000_000
  /// A lost echo is sent again: the broker dropped it, or stands still.
  static let echoPatienceNs: Int64 = 5_000_000_000
  /// Thresholds for which a verdict is held when more than half of a pool fell silent together; lifecycle, ping.
  static let massSilenceFactor: Int64 = 4
  static let massSilenceRunners = 3
  /// While such a verdict is held, the pool is looked at again this often: others may be heard again.
  static let massSilenceRecheckNs: Int64 = 1_000_000_000
  /// A position that only ignored signals have moved is written down after so many signals or so long: a restart reads
  /// them again, which changes nothing but takes time.
  static let lazyPositionSignals = 10_000
  static let lazyPositionNs: Int64 = 10_000_000_000
  /// After a life that did not end in order so many signals at most are applied one at a time: the batch that it was
  /// writing, those whose positions were not written down, and the batch that it had in hand.
  static let carefulSignals = 2 * batchInputs + lazyPositionSignals
  /// A signal that was in hand alone at so many deaths in a row is taken for their reason. Whoever kills workers by hand or
  /// in a row may meet the same signal twice by chance.
  package static let poisonDeaths = 3
  /// How long a stop waits for the broker to confirm what it was told; the rest is published again at the next start.
  static let handoverAtStopNs: Int64 = 3_000_000_000
  /// A broker clock further behind the stream is worth an alarm; lifecycle, time.
  static let clockBehind = Milliseconds(10_000)
  /// Pause before a batch is tried again when the disk is full.
  static let diskFullRetryNs: Int64 = 200_000_000
  /// Records whose effects the broker has not confirmed: beyond it the loop takes no more signals. A round trip at full
  /// load has some dozens.
  static let unconfirmedRecords = 4_096
  /// Pause between publishing again and once more what the broker does not take, though the link is up.
  static let publishAgainNs: Int64 = 50_000_000
  /// Pings that wait for the loop: three intervals of 10 000 runners, far more than a turn leaves waiting.
  static let waitingPings = 32_768
  /// Questions that wait for the loop; whoever asked beyond asks again.
  static let waitingRequests = 8_192
  /// Rows that one turn lists (architecture, one loop): 1,000 actors are some 5 ms.
  static let listedRows = 1_000
  /// What other questions cost a turn, in listed rows: why an actor waits is found by going over the runners of its pool, at
  /// the worst, and to explain it over all of them.
  static let smallRows = 10
  static let explainRows = 100
  /// Actors that a filtered page looks at: as much work as listing 1,000.
  static let examinedActors = 10_000
  /// Actors that one turn puts in order for the first list of their pool: some 5 ms.
  static let orderedActors = 2_000
  /// Callers that wait for an actor to be ready; beyond it they are told to ask again.
  static let waitingWakes = 1_024
  /// The gateway's path (lifecycle, defaults): how long an actor waits for a slot, and how long a caller waits beyond.
  static let gatewayPendingMs: UInt64 = 60_000
  static let gatewayStartMs: UInt64 = 10_000
  /// Wakes sent again because a stop came in between.
  static let rewakes = 16
  /// Nobody holds a connection for longer than an hour; a longer wait is one with Roost-Reply-To.
  static let greatestReadyMs: UInt64 = 3_600_000
  /// Questions about the past that wait for their thread: each reads up to `historySegments`, a second of work.
  static let waitingHistories = 16
  /// Segments that one page of history reads: 512 MiB. Where there are more it says where to go on.
  static let historySegments = 8
  /// Readings of a folder beside its worker before that is given up: two that agree are enough, and a reading meets a write
  /// that is half done, or a file that goes, once in a while.
  static let readingsBesideWorker = 6
  /// Pools that the worker names as a service: enough to look over, and some milliseconds to write.
  package static let namedPools = 1_000
  /// A name, NS/POOL, with its quotes and comma, and what the reply has beside the names.
  static let namedPoolBytes = 68
  static let discoveryBytes = 8_192
  /// What a page has beside its rows.
  static let pageOverheadBytes = 512
  /// What keeping a dead letter costs beside its payload and headers, in bytes.
  static let deadLetterOverheadBytes = 256
  /// Dead letters not yet stored by the broker, in bytes: beyond it no more signals are taken.
  static let deadLetterBytes = 64 << 20
  /// Dead letters under way to the broker at once.
  static let deadLettersInFlight = 64
  /// Pause after the broker did not store one.
  static let deadLetterRetryNs: Int64 = 1_000_000_000
  /// Bytes of a message's payload that a dead letter keeps: a record of the journal holds 16 MiB, and a broker may be set
  /// up to take messages of 64 MiB.
  static let deadLetterPayloadBytes = 8 << 20
  /// Bytes of a message's headers that a dead letter keeps.
  static let deadLetterHeaderBytes = 16 << 10

  // MARK: - Spans

  /// Spans that wait, at most: some 40 MB.
  static let queuedSpans: Int64 = 65_536
  /// Milliseconds that the environment may name: a longer wait is a mix-up of units.
  static let spanMs: Int64 = 3_600_000
  /// Attempts at one batch, and the pauses in between: the first, doubled after each, and the longest that a collector may
  /// ask for.
  static let spanAttempts = 5
  static let spanRetryMs: Int64 = 1_000
  static let longestSpanRetryMs: Int64 = 60_000
  /// How long a stop waits for the last spans to be taken, at most: whoever stops a worker may kill it after 10 s, and the
  /// broker's word comes first.
  static let spansAtStopMs: Int64 = 2_000

  // MARK: - The keeper

  /// An adopting journal goes on so far above the newest generation that the identity names: it is refreshed every 10 s,
  /// and an actor cannot be started so often between two refreshes.
  static let adoptedGenerations: Generation = 1_000_000
  /// Generations have 32 bits; what an identity names beyond half of them was not written by a worker.
  static let newestAdoptedGeneration: Generation = 1 << 31
  static func generationBase(above known: Generation) -> Generation {
    min(known, newestAdoptedGeneration) + adoptedGenerations
  }

  /// The journal's identity is refreshed at least every 10 s; wire, streams.
  static let refreshNs: Int64 = 8_000_000_000
  /// The stream is trimmed at most once a minute; wire, streams. The same look tells whether it is still ours.
  static let trimNs: Int64 = 60_000_000_000
  /// Between two looks at how full the stream is: at full load a second brings some 10 MB, and from 70 % to full is far more
  /// than that in any stream of a sensible size.
  static let fullnessNs: Int64 = 1_000_000_000
  /// Between trims because a publish was refused.
  static let refusedTrimNs: Int64 = 5_000_000_000
  /// Pauses between attempts to reach the broker, in ms: first and longest.
  static let retryMs: Int64 = 200
  static let longestRetryMs: Int64 = 5_000
}
