// Opens a valve for every payment, also after a power cut: the server stores what this
// device's access key (scope `read`) acknowledged. Libraries: WebSockets, ArduinoJson 7.
#include <ArduinoJson.h>
#include <WebSocketsClient.h>
#include <WiFi.h>

const char *PATH = "/payfeed/api/v1/ws?since=acked&direction=in&status=confirmed";
const char *PROTOCOLS = "payfeed.v1, bearer.pfk_...";
const char *CA = "-----BEGIN CERTIFICATE-----\n...";  // authority of the certificate
const size_t LONGEST_FRAME = 18 * 1024;  // a memo of 640 emoji, a comment of 799
static_assert(LONGEST_FRAME <= WEBSOCKETS_MAX_DATA_SIZE, "raise it in WebSockets.h");
const int VALVE = 4;
WebSocketsClient feed;
JsonDocument wanted;  // members to parse; the rest, such as memos, takes no memory
String last;          // is sent again if the connection broke before its ack

void onFrame(WStype_t type, uint8_t *text, size_t length) {
  JsonDocument frame;
  if (type != WStype_TEXT) return;
  if (deserializeJson(frame, text, length, DeserializationOption::Filter(wanted))) return;
  if (frame["type"] != "payment" || frame["payment"]["amount_msat"] < 1000) return;
  digitalWrite(VALVE, frame["id"] != last);
  delay(500);
  digitalWrite(VALVE, LOW);
  last = frame["id"].as<String>();
  String ack = "{\"type\":\"ack\",\"id\":\"" + last + "\"}";
  feed.sendTXT(ack);
}

void setup() {
  wanted["type"] = true, wanted["id"] = true, wanted["payment"]["amount_msat"] = true;
  pinMode(VALVE, OUTPUT);
  WiFi.begin("network", "password");
  feed.onEvent(onFrame);
  feed.enableHeartbeat(15000, 5000, 2);
  feed.setReconnectInterval(10000);  // a wrong key makes 6 attempts a minute
  feed.beginSslWithCA("lnbits.example.org", 443, PATH, CA, PROTOCOLS);
}
void loop() { feed.loop(); }
