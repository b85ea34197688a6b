// SPDX-License-Identifier: Apache-2.0
package conformance;

import java.util.LinkedHashMap;
import java.util.Map;

/** What Kafka's own client sees of a broker: `java -jar target/conformance.jar SERVERS`. A line for each check. */
public final class Main {
    private Main() {}

    interface Check {
        void run(Broker broker) throws Exception;
    }

    public static void main(String[] args) {
        Map<String, Check> checks = new LinkedHashMap<>();
        Records.checks(checks);
        Groups.checks(checks);
        Administration.checks(checks);
        Broker broker = new Broker(args[0]);
        boolean failed = false;
        for (Map.Entry<String, Check> check : checks.entrySet()) {
            try {
                check.getValue().run(broker);
                System.out.println("ok " + check.getKey());
            } catch (Exception | AssertionError e) {
                failed = true;
                System.out.println("FAILED " + check.getKey());
                e.printStackTrace(System.out);
            }
        }
        System.exit(failed ? 1 : 0);
    }
}
