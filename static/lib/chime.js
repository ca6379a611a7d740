;(() => {
  const NOTES_HERTZ = [880, 1320]
  const NOTE_SECONDS = 0.15
  const PAUSE_SECONDS = 1

  /**
   * A short sound for a payment, at most once a second. Browsers play no sound before
   * the first click on a page: `isSilent` is true until `enable` is called in a click
   * handler. `onChange` is called when it changes.
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

    enable() {
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

    play(hertz, start) {
      const tone = new OscillatorNode(this.audio, {frequency: hertz})
      const volume = new GainNode(this.audio, {gain: 0.2})
      const end = start + 2 * NOTE_SECONDS
      volume.gain.setValueAtTime(0.2, start)
      volume.gain.exponentialRampToValueAtTime(0.001, end)
      tone.connect(volume).connect(this.audio.destination)
      tone.start(start)
      tone.stop(end)
    }
  }
})()
