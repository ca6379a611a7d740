;(() => {
  const NOTES_HERTZ = [880, 1320]
  const NOTE_SECONDS = 0.15
  const PAUSE_SECONDS = 1
  const LOUDEST_GAIN = 0.4

  /**
   * A short sound for a payment, at most once a second. Browsers play no sound before
   * the first click on a page: `isSilent` is true until `enable` is called in a click
   * handler. `onChange` is called when it changes. `volume` is 0 to 100.
   */
  Payfeed.Chime = class {
    constructor(onChange, volume) {
      this.gain = (LOUDEST_GAIN * volume) / 100
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
      if (!this.gain || this.isSilent || currentTime < this.next) return
      this.next = currentTime + PAUSE_SECONDS
      NOTES_HERTZ.forEach((hertz, index) =>
        this.play(hertz, currentTime + index * NOTE_SECONDS)
      )
    }

    play(hertz, start) {
      const tone = new OscillatorNode(this.audio, {frequency: hertz})
      const volume = new GainNode(this.audio, {gain: this.gain})
      const end = start + 2 * NOTE_SECONDS
      volume.gain.setValueAtTime(this.gain, start)
      volume.gain.exponentialRampToValueAtTime(this.gain / 200, end)
      tone.connect(volume).connect(this.audio.destination)
      tone.start(start)
      tone.stop(end)
    }
  }
})()
