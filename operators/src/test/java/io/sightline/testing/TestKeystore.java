// SPDX-License-Identifier: Apache-2.0
package io.sightline.testing;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A self-signed key for 127.0.0.1, made by the JDK's keytool; it is its own truststore. */
public record TestKeystore(Path file, String password) {

  public static TestKeystore create(Path folder) throws IOException, InterruptedException {
    TestKeystore keystore = new TestKeystore(folder.resolve("keystore.p12"), "keystore-secret");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "broker",
                "-keyalg",
                "EC",
                "-dname",
                "CN=127.0.0.1",
                "-ext",
                "SAN=IP:127.0.0.1",
                "-validity",
                "30",
                "-storetype",
                "PKCS12",
                "-keystore",
                keystore.file.toString(),
                "-storepass",
                keystore.password)
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (keytool.waitFor() != 0) {
      throw new IOException("keytool failed: " + output);
    }
    return keystore;
  }

  /** TLS of a server that has this key, which no client trusts by itself. */
  public SSLContext untrusted() throws IOException, GeneralSecurityException {
    KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(KeyStore.getInstance(file.toFile(), password.toCharArray()), password.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), null, null);
    return context;
  }

  /** Properties of a client that trusts this key and logs in by SASL PLAIN. */
  public Map<String, String> saslSsl(String user, String userPassword) {
    return Map.of(
        "security.protocol",
        "SASL_SSL",
        "ssl.truststore.type",
        "PKCS12",
        "ssl.truststore.location",
        file.toString(),
        "ssl.truststore.password",
        password,
        "sasl.mechanism",
        "PLAIN",
        "sasl.jaas.config",
        "org.apache.kafka.common.security.plain.PlainLoginModule required username=\""
            + user
            + "\" password=\""
            + userPassword
            + "\";");
  }
}
