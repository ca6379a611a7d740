// Opens a valve for every payment, also for those that came during a power cut.
// Libraries: WebSockets (Markus Sattler), ArduinoJson 7. The access key, scope `read`,
// is of this device alone: the server keeps the place up to which it has acted.
#include <ArduinoJson.h>
#include <WebSocketsClient.h>
#include <WiFi.h>

const char *PATH = "/payfeed/api/v1/ws?since=acked&direction=in&status=confirmed";
const char *PROTOCOLS = "payfeed.v1, bearer.pfk_...";
const char *CA = "-----BEGIN CERTIFICATE-----\n...";  // who signs for your LNbits
const size_t LONGEST_FRAME = 15 * 1024;  // 640 letters of memo, 799 emoji of comment
static_assert(LONGEST_FRAME <= WEBSOCKETS_MAX_DATA_SIZE, "a frame would not fit");
const int VALVE = 4;
WebSocketsClient feed;
JsonDocument wanted;  // all else is skipped while parsing: memos take no memory

void onFrame(WStype_t type, uint8_t *text, size_t length) {
  JsonDocument frame;
  if (type != WStype_TEXT) return;
  if (deserializeJson(frame, text, length, DeserializationOption::Filter(wanted))) return;
  if (frame["type"] != "payment" || frame["payment"]["amount_msat"] < 1000) return;
  digitalWrite(VALVE, HIGH);
  delay(500);
  digitalWrite(VALVE, LOW);
  String ack = "{\"type\":\"ack\",\"id\":\"" + frame["id"].as<String>() + "\"}";
  feed.sendTXT(ack);
}

void setup() {
  wanted["type"] = true;
  wanted["id"] = true;
  wanted["payment"]["amount_msat"] = true;
  pinMode(VALVE, OUTPUT);
  WiFi.begin("network", "password");
  feed.onEvent(onFrame);
  feed.enableHeartbeat(15000, 5000, 2);
  feed.beginSslWithCA("lnbits.example.org", 443, PATH, CA, PROTOCOLS);
}
void loop() { feed.loop(); }
