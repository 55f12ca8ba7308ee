// Ask a Prakerja server for the seats of a schedule or the state of a redeem code. Java 17 or newer, no libraries.

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Client {
    static final String USAGE =
        "Client.java HOST CLIENT_CODE SIGN_KEY (quota COURSE SCHEDULE | redeem-status CODE [SEQUENCE])";
    static final String PREFIX = "/api/v1/integration/payment";

    record Question(String path, String body) {}

    /** Path and body of the call that the arguments ask for, or null. */
    static Question question(String[] words) {
        if (words.length == 6 && words[3].equals("quota")) {
            String body = "{\"schedule_code\":" + quoted(words[5]) + ",\"course_code\":" + quoted(words[4]) + "}";
            return new Question(PREFIX + "/quota-schedule", body);
        }
        boolean isNumbered = words.length == 6 && words[5].matches("[0-9]{1,9}");
        if ((words.length == 5 || isNumbered) && words[3].equals("redeem-status")) {
            int sequence = isNumbered ? Integer.parseInt(words[5]) : 1;
            String body = "{\"redeem_code\":" + quoted(words[4]) + ",\"sequence\":" + sequence + "}";
            return new Question(PREFIX + "/redeem-code/status", body);
        }
        return null;
    }

    /** A JSON string: quotes, backslashes and controls escaped. */
    static String quoted(String text) {
        StringBuilder made = new StringBuilder("\"");
        for (char letter : text.toCharArray()) {
            if (letter == '"' || letter == '\\') {
                made.append('\\').append(letter);
            } else if (letter < 0x20) {
                made.append(String.format("\\u%04x", (int) letter));
            } else {
                made.append(letter);
            }
        }
        return made.append('"').toString();
    }

    /** Sign exactly the text that is sent. */
    static HttpResponse<String> ask(String host, String clientCode, String signKey, Question asked) throws Exception {
        String timestamp = Long.toString(Instant.now().getEpochSecond());
        String raw = clientCode + timestamp + "POST" + asked.path() + asked.body();
        Mac mac = Mac.getInstance("HmacSHA1");
        mac.init(new SecretKeySpec(signKey.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
        String signature = HexFormat.of().formatHex(mac.doFinal(raw.getBytes(StandardCharsets.UTF_8)));
        HttpRequest request = HttpRequest.newBuilder(URI.create(host.replaceAll("/+$", "") + asked.path()))
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(Duration.ofSeconds(15))
            .header("Content-Type", "application/json")
            .header("client_code", clientCode)
            .header("timestamp", timestamp)
            .header("signature", signature)
            .POST(HttpRequest.BodyPublishers.ofString(asked.body()))
            .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    public static void main(String[] words) throws Exception {
        Question asked = question(words);
        if (asked == null) {
            System.err.println(USAGE);
            System.exit(2);
        }
        HttpResponse<String> response = null;
        try {
            response = ask(words[0], words[1], words[2], asked);
        } catch (IOException error) {
            // No refusal: what became of the call is unknown.
            System.err.println("no answer: " + error);
            System.exit(2);
        }
        System.out.println(response.statusCode() + " " + response.body());
        System.exit(response.statusCode() == 200 ? 0 : 1);
    }
}
