// Starts DynamoDBLocal on the loopback interface alone. Its own main listens to every network and has no option; the connector's host is set before it starts.
import com.amazonaws.services.dynamodbv2.local.main.ServerRunner;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

public class StartDynamoDbLocal {
    public static void main(String[] arguments) throws Exception {
        var server = ServerRunner.createServerFromCommandLineArgs(arguments);
        for (var field : server.getClass().getDeclaredFields()) {
            field.setAccessible(true);
            if (field.get(server) instanceof Server jetty)
                for (var connector : jetty.getConnectors())
                    if (connector instanceof ServerConnector listening) listening.setHost("127.0.0.1");
        }
        server.start();
        server.join();
    }
}
