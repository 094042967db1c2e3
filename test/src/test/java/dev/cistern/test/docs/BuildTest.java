package dev.cistern.test.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/// What the build takes from directories that it does not clean.
class BuildTest {
    /// A module that became one of modules may have classes of tests in its `target`, which nobody compiles and which
    /// no longer fit.
    @Test
    void modulesWithoutSourcesRunNoTests() throws Exception {
        Project project = Project.here();
        List<Path> groups = new ArrayList<>();
        for (Path pom : project.files()) {
            if (pom.endsWith("pom.xml") && pom.getNameCount() > 1 && isGroup(project, pom)) {
                groups.add(pom);
                assertThat(skipsIntegrationTests(project, pom)).as(pom.toString()).isTrue();
            }
        }
        assertThat(groups).contains(Path.of("populate-job/pom.xml"));
    }

    private static Element read(Project project, Path pom)
            throws IOException, ParserConfigurationException, SAXException {
        try (var in = Files.newInputStream(project.root().resolve(pom))) {
            return DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(in)
                    .getDocumentElement();
        }
    }

    private static boolean isGroup(Project project, Path pom) throws Exception {
        return text(read(project, pom), "packaging").equals("pom");
    }

    private static boolean skipsIntegrationTests(Project project, Path pom) throws Exception {
        NodeList plugins = read(project, pom).getElementsByTagName("plugin");
        for (int i = 0; i < plugins.getLength(); i++) {
            Element plugin = (Element) plugins.item(i);
            if (text(plugin, "artifactId").equals("maven-failsafe-plugin")) {
                // A plugin that is not inherited would take the tests of the modules in it away,
                // too.
                NodeList executions = plugin.getElementsByTagName("execution");
                Element only = (Element) executions.item(0);
                return executions.getLength() == 1
                        && text(only, "id").equals("default")
                        && text(only, "phase").equals("none")
                        && text(only, "inherited").equals("false")
                        && plugin.getElementsByTagName("inherited").getLength() == 1;
            }
        }
        return false;
    }

    private static String text(Element in, String name) {
        NodeList found = in.getElementsByTagName(name);
        return found.getLength() == 0 ? "" : found.item(0).getTextContent().strip();
    }
}
