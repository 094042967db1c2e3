import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/// Rewrites jars whose classes are in a class file version before Java 6, in place, as Java 8 with stack maps: the JVM
/// does not put older ones into an AOT cache, and loading picocli's 145 classes without it takes 80 ms of CPU time.
///
/// The class path must have the jars, for the types of their classes. The result depends on the jar and the JDK only.
class UpgradeClasses {
    private static final ClassFile FILES =
            ClassFile.of(ClassFile.StackMapsOption.GENERATE_STACK_MAPS);

    private static final ClassTransform UPGRADE =
            ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)
                    .andThen(
                            ClassTransform.endHandler(
                                    made -> made.withVersion(ClassFile.JAVA_8_VERSION, 0)));

    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            upgrade(Path.of(jar));
        }
    }

    private static void upgrade(Path jar) throws IOException {
        Path made = jar.resolveSibling(jar.getFileName() + ".new");
        try (ZipFile from = new ZipFile(jar.toFile());
                ZipOutputStream to = new ZipOutputStream(Files.newOutputStream(made))) {
            for (ZipEntry entry : from.stream().toArray(ZipEntry[]::new)) {
                byte[] bytes = from.getInputStream(entry).readAllBytes();
                ZipEntry copy = new ZipEntry(entry.getName());
                copy.setTime(entry.getTime());
                to.putNextEntry(copy);
                to.write(entry.getName().endsWith(".class") ? upgraded(bytes) : bytes);
            }
        }
        Files.move(made, jar, StandardCopyOption.REPLACE_EXISTING);
    }

    private static byte[] upgraded(byte[] bytes) {
        ClassModel model = FILES.parse(bytes);
        return model.majorVersion() < ClassFile.JAVA_6_VERSION
                ? FILES.transformClass(model, UPGRADE)
                : bytes;
    }
}
