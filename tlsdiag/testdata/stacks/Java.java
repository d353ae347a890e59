import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Security;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/**
 * Servers of Java's JSSE for tests. Each line of standard input asks for one:
 *
 * <pre>version, certificates, key, CAs of clients, ciphers, ALPN protocol</pre>
 *
 * between tabs. A field that is not given is "-"; without certificates the server is a plain one. The answer is "port N"; what a
 * server later says about a connection that failed is "N TEXT". The program ends with its standard input.
 */
public class Java {
    private static final int CONNECT = 0x10;
    private static final byte[] CONNACK = {0x20, 2, 0, 0};
    private static final char[] NO_PASSWORD = {};

    public static void main(String[] args) throws Exception {
        // By default Java has no TLS 1.1 any more.
        Security.setProperty("jdk.tls.disabledAlgorithms", "SSLv3");
        var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line; (line = input.readLine()) != null; ) {
            ServerSocket server = listen(line.split("\t"));
            var accepting = new Thread(() -> accept(server));
            accepting.setDaemon(true);
            accepting.start();
            System.out.println("port " + server.getLocalPort());
        }
    }

    private static ServerSocket listen(String[] fields) throws Exception {
        var loopback = InetAddress.getByName("127.0.0.1");
        if (fields[1].equals("-")) {
            return new ServerSocket(0, 50, loopback);
        }
        var context = SSLContext.getInstance("TLS");
        TrustManager[] trust = fields[3].equals("-") ? null : trust(fields[3]);
        context.init(keys(fields[1], fields[2]), trust, new SecureRandom());
        var server = (SSLServerSocket) context.getServerSocketFactory().createServerSocket(0, 50, loopback);
        SSLParameters parameters = server.getSSLParameters();
        parameters.setProtocols(new String[] {fields[0].equals("1.0") ? "TLSv1" : "TLSv" + fields[0]});
        parameters.setNeedClientAuth(trust != null);
        if (!fields[4].equals("-")) {
            parameters.setCipherSuites(fields[4].split(":"));
        }
        if (!fields[5].equals("-")) {
            parameters.setApplicationProtocols(new String[] {fields[5]});
        }
        server.setSSLParameters(parameters);
        return server;
    }

    private static KeyManager[] keys(String certificates, String key) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        store.setKeyEntry("server", privateKey(key), NO_PASSWORD, read(certificates).toArray(new Certificate[0]));
        var factory = KeyManagerFactory.getInstance("SunX509");
        factory.init(store, NO_PASSWORD);
        return factory.getKeyManagers();
    }

    private static TrustManager[] trust(String path) throws Exception {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        for (Certificate c : read(path)) {
            store.setCertificateEntry("ca" + store.size(), c);
        }
        var factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static Collection<? extends Certificate> read(String path) throws Exception {
        try (var in = Files.newInputStream(Path.of(path))) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in);
        }
    }

    private static PrivateKey privateKey(String path) throws Exception {
        String text = Files.readString(Path.of(path)).replaceAll("-----.*-----|\\s", "");
        var spec = new PKCS8EncodedKeySpec(Base64.getDecoder().decode(text));
        try {
            return KeyFactory.getInstance("EC").generatePrivate(spec);
        } catch (InvalidKeySpecException e) {
            return KeyFactory.getInstance("RSA").generatePrivate(spec);
        }
    }

    private static void accept(ServerSocket server) {
        while (true) {
            try {
                Socket socket = server.accept();
                var serving = new Thread(() -> serve(socket));
                serving.setDaemon(true);
                serving.start();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** An MQTT server as far as a test needs one: what does not begin with CONNECT is hung up on. */
    private static void serve(Socket socket) {
        int port = socket.getLocalPort();
        try (socket) {
            if (socket instanceof SSLSocket secured) {
                secured.startHandshake();
            }
            if (socket.getInputStream().read() == CONNECT) {
                socket.getOutputStream().write(CONNACK);
                socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            }
        } catch (SSLException e) {
            System.out.println(port + " " + e.getMessage());
        } catch (IOException e) {
            // The client left.
        }
    }
}
