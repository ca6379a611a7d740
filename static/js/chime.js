;(() => {
  const NOTES_HERTZ = [880, 1320]
  const NOTE_SECONDS = 0.15
  const PAUSE_SECONDS = 1

  /**
   * A short sound for a payment, at most once a second. Browsers keep silent until the
   * page was touched once: `isSilent` tells, `wake` in a click's handler ends it, and
   * `onChange` is called when it changes.
   */
  Payfeed.Chime = class {
    constructor(onChange) {
      this.audio = new AudioContext()
      this.audio.onstatechange = onChange
      this.next = 0
    }

    get isSilent() {
      return this.audio.state !== 'running'
    }

    wake() {
      return this.audio.resume()
    }

    ring() {
      const {currentTime} = this.audio
      if (this.isSilent || currentTime < this.next) return
      this.next = currentTime + PAUSE_SECONDS
      NOTES_HERTZ.forEach((hertz, index) =>
        this.play(hertz, currentTime + index * NOTE_SECONDS)
      )
    }

    play(hertz, begin) {
      const tone = new OscillatorNode(this.audio, {frequency: hertz})
      const volume = new GainNode(this.audio, {gain: 0.2})
      const end = begin + 2 * NOTE_SECONDS
      volume.gain.setValueAtTime(0.2, begin)
      volume.gain.exponentialRampToValueAtTime(0.001, end)
      tone.connect(volume).connect(this.audio.destination)
      tone.start(begin)
      tone.stop(end)
    }
  }
})()
